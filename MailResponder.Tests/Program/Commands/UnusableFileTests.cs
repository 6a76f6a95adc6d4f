using System.Diagnostics;

namespace MailResponder.Tests.Program;

/// <summary>
/// Files that root may use and the service's user may not. <c>config check</c>, run by root, reports each one that
/// makes the filter defer messages.
/// </summary>
public sealed class UnusableFileTests
{
    private const string AsService =
        """exec setpriv --reuid=mail_responder --regid=mail_responder --clear-groups "$@" """;

    [Theory]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData(".lock")]
    public void DatabasesOtherFileOfRoot_IsNamed(string name)
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        place.GiveTo("mail_responder");
        AssertCheck(place, 0, "0 fault(s)");
        var file = place.PathTo("responder.db" + name);
        Assert.True(File.Exists(file), file);
        Run("chown", "root:root", file);
        Run("chmod", "0600", file);

        AssertCheck(place, 78, $"database.sqlite: {file}: the user mail_responder may not read or write it");
        place.FilterUnder(AsService, RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred("4.3.");
    }

    [Fact]
    public void FolderWhereTheAddressKeyCannotBeCreated_IsNamed()
    {
        using var place = new Workplace();
        place.Settings["address_key_file"] = "etc/address.key";
        place.Write();
        place.GiveTo("mail_responder");
        Directory.CreateDirectory(place.PathTo("etc"));
        Run("chmod", "0755", place.PathTo("etc"));

        // Nothing advises to let the service's user write into the folder of the settings.
        AssertCheck(place, 78, $"address_key_file: {place.PathTo("etc/address.key")} does not exist, and the user "
            + "mail_responder may not create it; run install.sh\n");
        place.FilterUnder(AsService, RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred("4.3.5 ");
        place.WriteSecret("etc/address.key", new string('0', 64));
        Run("chown", "mail_responder:", place.PathTo("etc/address.key"));
        AssertCheck(place, 0, "0 fault(s)");
        place.FilterUnder(AsService, RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
    }

    private static void AssertCheck(Workplace place, int code, string text)
    {
        var run = place.Command("config", "check");
        Assert.Contains(text, run.OutputText, StringComparison.Ordinal);
        Assert.True(run.ExitCode == code, run.OutputText);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var run = Process.Start(program, arguments);
        run.WaitForExit();
        Assert.Equal(0, run.ExitCode);
    }
}
