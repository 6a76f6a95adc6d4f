using System.Security.Cryptography;
using MailResponder.Addresses;
using MailResponder.Doctor;
using MailResponder.Reply.Dkim;

namespace MailResponder.Cli;

/// <summary>`responder dkim …`: the signing key and its DNS record.</summary>
internal static class DkimCommand
{
    public static Command New() =>
        new("dkim", "The key that signs replies") { Keygen(), Record(), Rotate(), Switch() };

    private static Command Keygen()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "Where to put the key; an existing file is never replaced",
        };
        var bits = new Option<int>("--bits")
        {
            Description = "The size of the key: 2048 (which works everywhere), 3072 or 4096",
            HelpName = "N",
            DefaultValueFactory = _ => 2048,
        };
        bits.AcceptOnlyFromAmong("2048", "3072", "4096");
        const string description =
            "Make an RSA key that only its owner can read and, if root makes it, the service's user";
        return CommandLine.New("keygen", description, result =>
        {
            var path = result.GetValue(file)!;
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            {
                throw new ResponderException(Cause.Output,
                    $"there is no folder {folder}; correct the path, or create it: mkdir -p {folder}");
            }

            // If the settings are missing or have faults, the key gets no group. `config check` then reports that the
            // service cannot read it.
            var settings = SettingsFile.Check(SettingsPath.Find(result), []);
            var group = settings is null ? null : ServiceUser.GroupOf(settings);
            using var rsa = RSA.Create(result.GetValue(bits));
            var pem = rsa.ExportPkcs8PrivateKeyPem() + "\n";
            if (!SecretFile.TryCreate(Path.GetFullPath(path), pem, SecretFile.Mode, group))
                throw new ResponderException(Cause.Output,
                    path + " exists; a key in use is not replaced. Name another file, and another selector");
            Console.Out.WriteLine(
                $"Wrote {path}. Name it in the settings (dkim.key_file), then publish: responder dkim record");
            return ExitCode.Ok;
        }, file, bits);
    }

    private static Command Record()
    {
        var domain = CommandLine.TextOption(
            "--domain", "DOMAIN", "The domain that signs [default: dkim.domain in the settings]");
        var selector = CommandLine.TextOption("--selector", "NAME",
            "The selector, for a key file that does not name one [default: dkim.selector in the settings]");
        var key = CommandLine.TextOption("--key", "FILE", "The key file [default: dkim.key_file in the settings]");
        return CommandLine.New("record", "Print the DNS TXT record of the key, in zone-file form", result =>
        {
            var (d, s, k) = (result.GetValue(domain), result.GetValue(selector), result.GetValue(key));
            if (d is null || s is null || k is null)
            {
                var dkim = SettingsPath.Load(result).Dkim
                    ?? throw new ResponderException(Cause.Settings,
                        "the settings have no dkim; give --domain, --selector and --key");
                (d, s, k) = (d ?? dkim.Domain, s ?? dkim.Selector, k ?? dkim.KeyFile);
            }

            if (!MailDomain.TryNormalize(d, out var name))
                throw new ResponderException(
                    Cause.Usage, $"--domain: \"{d}\" is not a domain; write it like example.com");
            if (!DkimSettings.IsSelector(s))
                throw new ResponderException(Cause.Usage, $"--selector: \"{s}\" is not the name of a DNS record; "
                    + "write letters, digits and hyphens, like mail2");

            Console.Out.Write(DkimRecord.ZoneFileText(DkimKey.Load(new DkimSettings(name, s, k))));
            return ExitCode.Ok;
        }, domain, selector, key);
    }

    private static Command Rotate()
    {
        var selector = CommandLine.TextOption("--selector", "NAME",
            "The selector of the next key [default: the current selector with the next number]");
        return CommandLine.New("rotate", "Make the next key, and print the DNS record to publish", result =>
        {
            var settings = SettingsPath.Load(result);
            var dkim = settings.Dkim ?? throw new ResponderException(Cause.Settings,
                "the settings have no dkim; begin with: responder dkim keygen FILE");
            var rotation = new DkimRotation(dkim, TimeProvider.System);
            var (next, isNew) = rotation.Begin(result.GetValue(selector), ServiceUser.GroupOf(settings));
            Console.Out.Write(DkimRecord.ZoneFileText(next));
            Console.Out.WriteLine($"; {next.File} {(isNew ? "was made" : "already waits; nothing was changed")}");
            Console.Out.WriteLine($"; Publish this record, and leave {DkimKey.Load(dkim).Record} as it is.");
            Console.Out.WriteLine(
                "; The new key signs once DNS shows its record: cron checks hourly, with responder dkim switch");
            return ExitCode.Ok;
        }, selector);
    }

    private static Command Switch() => CommandLine.New(
        "switch", "Sign with the next key from now on, if DNS shows its record; for cron", result =>
    {
        var settings = SettingsPath.Load(result);
        if (settings.Dkim is not { } dkim || DkimKey.LoadNext(dkim) is not { } next)
        {
            Console.Out.WriteLine("no key waits");
            return ExitCode.Ok;
        }

        // Check first that the service can read the key: otherwise every message would be deferred.
        using (ServiceUser.Act(settings))
            SecretFile.Read(next.File, Cause.DkimKey, "DKIM key");
        if (DkimDnsCheck.ProblemOfNext(new DnsLookup(DoctorCommand.ThisHost), next) is { } problem)
        {
            Console.Out.WriteLine("the next key waits: " + problem);
            return ExitCode.TemporaryFailure;
        }

        var rotation = new DkimRotation(dkim, TimeProvider.System);
        rotation.Switch(ServiceUser.GroupOf(settings));
        var (former, neededUntil) = rotation.Former!.Value;
        Console.Out.WriteLine($"{next.Selector} signs from now on. Leave {former.Record} in DNS until "
            + $"{neededUntil:yyyy-MM-dd HH:mm} "
            + "UTC; responder doctor says when you can remove it");
        return ExitCode.Ok;
    });
}
