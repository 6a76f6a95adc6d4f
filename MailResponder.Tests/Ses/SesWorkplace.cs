using System.Text.Json.Nodes;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>A <see cref="Workplace"/> whose replies are sent through a test double of SES.</summary>
internal static class SesWorkplace
{
    /// <summary>Sends every entry by SES, with the double's credentials in a file.</summary>
    public static void SendThrough(this Workplace place, SesDouble ses)
    {
        place.SendWithoutFileThrough(ses);
        place.WriteSecret("credentials", $"""
            # as `aws configure` writes it
            [default]
            aws_access_key_id = {SesDouble.AccessKey}
            aws_secret_access_key = {SesDouble.SecretKey}

            [stale]
            aws_access_key_id = AKIAUNKNOWN
            aws_secret_access_key = {SesDouble.SecretKey}

            """);
        place.Settings["ses"]!["credentials_file"] = "credentials";
        place.Write();
    }

    /// <summary>Sends every entry by SES, without a setting for the credentials.</summary>
    public static void SendWithoutFileThrough(this Workplace place, SesDouble ses)
    {
        place.Settings["send_method"] = "SES";
        place.Settings["ses"] = new JsonObject { ["region"] = SesDouble.Region, ["endpoint"] = ses.Url };
        place.Write();
    }

    /// <summary>Returns shell text that starts the program with more environment variables than pipe(8) sets.</summary>
    public static string With(params (string Name, string Value)[] variables) =>
        string.Concat(variables.Select(variable => $"export {variable.Name}='{variable.Value}'; "))
            + ResponderProcess.Plainly;
}
