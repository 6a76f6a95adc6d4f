using System.CommandLine;
using System.Globalization;
using System.Text;
using MailResponder.Reporting.PostfixLog;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>`responder postfix-log`: keeps what Postfix's log tells of requests and replies, without anybody's address.</summary>
internal sealed class PostfixLogCommand : Command
{
    public PostfixLogCommand() : base("postfix-log", "Keep what Postfix's log tells of requests and replies, for the statistics")
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "A log to read once, plain or .gz; without it lines come from rsyslogd on standard input, for ever",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Add(file);
        SetAction(result =>
        {
            var settings = SettingsFile.Load(SettingsPath.Find(result.GetValue(CommandLine.SettingsOption)));
            return result.GetValue(file) is { } path ? ReadFile(settings, path) : Follow(settings);
        });
    }

    private static int ReadFile(ResponderSettings settings, string path)
    {
        using var file = Open(path);
        // Only now: root may be the only one who reads the log.
        ServiceUser.Become(settings);
        using var reader = new PostfixLogReader(settings, TimeProvider.System);
        try
        {
            using var log = LogStream.Unpacked(file);
            reader.ReadFile(log);
        }
        catch (InvalidDataException exception)
        {
            throw new ResponderException(Cause.Input, $"{path}: is no whole .gz file; {reader.Lines} line(s) before its fault may be kept", exception);
        }
        catch (IOException exception)
        {
            throw new ResponderException(Cause.Input, $"{path}: {FileTrouble.Describe(exception)}", exception);
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lines:    {reader.Lines}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"unknown:  {reader.Unknown}"));
        Console.Out.WriteLine("kept in:  " + settings.PostfixLog.Database);
        return ExitCode.Ok;
    }

    private static int Follow(ResponderSettings settings)
    {
        ServiceUser.Become(settings);
        using var reader = new PostfixLogReader(settings, TimeProvider.System);
        using var input = Console.OpenStandardInput();
        using var answers = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        reader.Follow(input, answers);
        return ExitCode.Ok;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Input, $"{path}: {FileTrouble.Describe(exception)}", exception);
        }
    }
}
