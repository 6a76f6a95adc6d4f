using System.Text.RegularExpressions;
using MailResponder.Settings;
using MailResponder.Tests.Feedback;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Aws;

/// <summary>
/// Runs the template's user data and aws/host.sh with test doubles of everything outside the host: AWS, apt, systemd,
/// Postfix, install.sh and the responder. Each double records how it was called.
/// </summary>
public sealed class InstanceTests : IDisposable
{
    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["AWS::Region"] = "eu-west-1",
        ["AWS::StackName"] = "responders",
        ["AWS::StackId"] = "arn:aws:cloudformation:eu-west-1:1:stack/responders/1",
        ["DrainHours"] = "24",
        ["DomainList"] = "example.com example.org",
        ["HostName"] = "mail.example.com",
        ["ResponseFrom"] = "get-help@example.com",
        ["BounceAddress"] = "bounces@example.com",
        ["Support"] = "team@example.net",
        ["DkimSelector"] = "mail",
        ["SesRegion"] = "us-east-1",
        ["BookBucket"] = "example-config",
        ["BookKey"] = "responses.json",
        ["SignedBy"] = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3,"
            + "RWQGCjvTYsNLUPU5PAi8oZmQXNVP8uF1abyDWFU7n7O+H48DPYxxhDOa",
        ["DatabaseHost"] = "db.example.com",
        ["DatabasePort"] = "3306",
        ["DatabaseCaKey"] = "rds.pem",
        ["SecretsPath"] = "/mail_responder",
        ["ReleaseBucket"] = "example-releases",
        ["ReleaseKey"] = "responder.tar.gz",
        ["SetName"] = "responders-ConfigurationSet-1",
        ["TopicArn"] = Notifications.Topic,
        ["QueueUrl"] = "https://sqs.eu-west-1.amazonaws.com/123456789012/responders-FeedbackQueue-1",
    };

    private readonly TemporaryFolder _folder = new();

    public InstanceTests()
    {
        Program("bin/aws", """
            echo "aws $*" >>"$here/calls"
            for argument; do last=$argument; done
            case "$*" in
              "s3 cp"*responder.tar.gz) cp "$here/archive" "$last" ;;
              "s3 cp"*) echo certificate >"$last" ;;
              "ssm get-parameter"*) echo "value of $5" ;;
            esac
            if [ -s "$here/failing" ]; then case "$*" in *$(cat "$here/failing")*) exit 254 ;; esac; fi
            """);
        Program("bin/curl", "case $* in *api/token) echo token ;; *instance-id) echo i-0123 ;; esac");
        foreach (var name in (string[])["apt-get", "systemctl", "postfix"]) Program(
            $"bin/{name}", $"echo \"{name} $*\" >>\"$here/calls\"");
        Program("local/responder",
            "echo \"$(id -un): responder $*\" >>\"$here/calls\"; if [ -s \"$here/failing\" ]; then case \"$*\" in "
            + "*$(cat \"$here/failing\")*) exit 69 ;; esac; fi");
        Program("release/responder-1/install.sh", $"echo \"install.sh $*\" >>'{_folder.Path}/calls'");
        ToolRun.Of("cp", "-r", Repository.PathTo("aws"), _folder.PathTo("release/responder-1")).AssertDone();
        ToolRun.Of("tar", "-czf", _folder.PathTo("archive"), "-C", _folder.PathTo("release"), "responder-1")
            .AssertDone();
        foreach (var name in (string[])["calls", "failing"]) _folder.Write(name, "");
        ToolRun.Of("chmod", "-R", "a+rwX", _folder.Path).AssertDone();
        _folder.Write("user-data", UserData);
    }

    public void Dispose() => _folder.Dispose();

    private static string UserData => Regex.Replace(
        Template.Shipped.Properties("LaunchTemplate").GetProperty("LaunchTemplateData").GetProperty(nameof(UserData))
        .GetProperty("Fn::Base64").GetProperty("Fn::Sub")[0].GetString()!,
        @"\$\{([^}]*)\}", match => Parameters[match.Groups[1].Value]);

    private string[] Calls => File.ReadAllLines(_folder.PathTo("calls"));

    [Fact]
    public void Script_IsShort_AndAcceptedByShellcheck()
    {
        // EC2 accepts 16 kB.
        Assert.InRange(UserData.Length, 1, 8000);
        ToolRun.Of("shellcheck", _folder.PathTo("user-data")).AssertDone();
    }

    [Fact]
    public void Host_IsInstalled_ThenLetIn()
    {
        var run = Start();
        run.AssertDone();
        var steps = Calls.Where(call =>
            !call.StartsWith("aws ssm", StringComparison.Ordinal)
            && !call.StartsWith("aws s3", StringComparison.Ordinal)
            && !call.StartsWith("apt-get", StringComparison.Ordinal));
        Assert.Equal(
            [
                "install.sh --domain example.com --domain example.org --feedback-queue "
                + $"{Parameters["QueueUrl"]} --authentication --hostname mail.example.com --from "
                + "get-help@example.com --support team@example.net --ses-region us-east-1",
                "systemctl daemon-reload", "systemctl enable --now mail_responder-metadata.service",
                "mail_responder: responder config pull", "mail_responder: responder config check",
                "mail_responder: responder database status",
                "systemctl daemon-reload", "systemctl enable --now mail_responder-drain.service", "postfix status",
                "aws autoscaling complete-lifecycle-action --auto-scaling-group-name responders "
                + "--lifecycle-hook-name launching --instance-id i-0123 --lifecycle-action-result CONTINUE",
                $"aws cloudformation signal-resource --stack-name {Parameters["AWS::StackId"]} --logical-resource-id "
                + $"Group --unique-id i-0123 --status SUCCESS",
            ],
            steps);
        var loaded = "/etc/mail_responder/metadata.nft";
        Assert.Contains($"ExecStart=/usr/sbin/nft -f {loaded}",
            File.ReadAllLines(_folder.PathTo("etc/systemd/system/mail_responder-metadata.service")));
        Assert.Equal(File.ReadAllText(Repository.PathTo("aws", "metadata.nft")),
            File.ReadAllText(_folder.PathTo(loaded[1..])));
        Assert.Contains("ExecStart=/opt/mail_responder/aws/drain.sh responders terminating 24",
            File.ReadAllLines(_folder.PathTo("etc/systemd/system/mail_responder-drain.service")));
    }

    [Fact]
    public void Secrets_ComeFromParameterStore_AndAreOpenToTheResponderAlone()
    {
        var run = Start();
        var output = run.AssertDone();
        foreach (var name in (string[])["address.key", "dkim.key", "database.password"])
        {
            Assert.Contains($"640 root:mail_responder /etc/mail_responder/{name}", output, StringComparison.Ordinal);
            Assert.Equal($"value of /mail_responder/{name}\n",
                File.ReadAllText(_folder.PathTo($"etc/mail_responder/{name}")));
            Assert.DoesNotContain($"value of /mail_responder/{name}", output, StringComparison.Ordinal);
        }

        Assert.Equal("certificate\n", File.ReadAllText(_folder.PathTo("etc/mail_responder/database-ca.pem")));
    }

    [Theory]
    [InlineData("dkim.key")]
    [InlineData("responder.tar.gz")]
    [InlineData("config pull")]
    [InlineData("database status")]
    public void HostThatCannotAnswer_GetsNoMail(string failing)
    {
        _folder.Write("failing", failing);
        Assert.NotEqual(0, Start().ExitCode);
        Assert.EndsWith("--lifecycle-action-result ABANDON", Calls[^2], StringComparison.Ordinal);
        Assert.EndsWith("--status FAILURE", Calls[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(Calls, call => call.Contains("CONTINUE", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_AreAccepted()
    {
        Start().AssertDone();
        var faults = new List<Fault>();
        var settings = SettingsFile.Check(_folder.PathTo("etc/mail_responder/settings.json"), faults);
        Assert.Empty(faults);
        Assert.Equal(["example.com", "example.org", "mail.example.com", "localhost.example.com"], settings!.OwnDomains);
        Assert.Equal(("db.example.com", "/etc/mail_responder/database-ca.pem"),
            (settings.Database.MySql!.Server, settings.Database.MySql.TlsAuthorities));
        Assert.Equal("example-config", settings.S3!.BookBucket);
        Assert.Equal("mail.example.com", settings.AuthservId);
        Assert.Equal("team@example.net", settings.Statistics!.To.Address);
        Assert.Equal(("us-east-1", "responders-ConfigurationSet-1"),
            (settings.Ses!.Region, settings.Ses.ConfigurationSet));
        Assert.Equal(Notifications.Topic, settings.Feedback.Topic);
        Assert.Equal(["E7620F1842B4E81F", "504BC362D33B0A06"], settings.SignedBy.Select(key => key.Id));
    }

    private ToolRun Start() => ToolRun.Of(
        "unshare", "--mount", "sh", Repository.PathTo("MailResponder.Tests", "Aws", "instance.sh"), _folder.Path);

    private void Program(string name, string script) =>
        Executable.Write(_folder.PathTo(name), $"#!/bin/sh\nhere='{_folder.Path}'\n{script}\n");
}
