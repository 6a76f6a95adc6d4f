using System.Text;
using MimeKit;

namespace MailResponder.Tests.Mail;

/// <summary>Messages as the program writes them, and as our own reader reads them back.</summary>
internal static class Written
{
    internal static FormatOptions Options(NewLineFormat newLine)
    {
        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = newLine;
        return options;
    }

    internal static byte[] Bytes(MimeMessage message, FormatOptions? options = null)
    {
        using var stream = new MemoryStream();
        message.WriteTo(options ?? Options(NewLineFormat.Unix), stream);
        return stream.ToArray();
    }

    internal static string Text(MimeMessage message, FormatOptions? options = null) =>
        Encoding.UTF8.GetString(Bytes(message, options));

    internal static HeaderList Headers(MimeMessage message) => HeaderList.Load(new MemoryStream(Bytes(message)));

    internal static HeaderList Headers(string message) =>
        HeaderList.Load(new MemoryStream(Encoding.UTF8.GetBytes(message)));

    internal static HeaderList Headers(byte[] message) => HeaderList.Load(new MemoryStream(message));
}
