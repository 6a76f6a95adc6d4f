using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.S3.Model;
using Amazon.SQS.Model;
using MailResponder.Aws;

namespace MailResponder.Tests.Aws;

/// <summary>
/// The role of aws/autoscaling.yaml has a permission for each call, and a call for each permission. The calls are found
/// in the sources: the program's by the SDK's request types, the scripts' by the commands of the AWS CLI.
/// (TemplateTests checks that aws/iam-policy.json is the program's part of the role.)
/// </summary>
public sealed partial class RightsTests
{
    private static readonly Dictionary<string, string> ServicesOfSpaces = new()
    {
        ["Amazon.S3.Model"] = "s3",
        ["Amazon.SQS.Model"] = "sqs",
        ["Amazon.SimpleEmail.Model"] = "ses",
        ["Amazon.CloudWatch.Model"] = "cloudwatch",
    };

    /// <summary>
    /// Calls that need permissions other than the one named after them (Service Authorization Reference).
    /// </summary>
    private static readonly Dictionary<string, string[]> RightsOfCalls = new()
    {
        // Without s3:ListBucket, a missing object is reported as "forbidden".
        ["s3:GetObject"] = ["s3:GetObject", "s3:ListBucket"],
        ["s3:Cp"] = ["s3:GetObject"],
        ["sqs:DeleteMessageBatch"] = ["sqs:DeleteMessage"],
    };

    [Fact]
    public void Program_HasTheRightsThatItUses() => AssertRights("mail_responder", CallsOfTheProgram());

    [Fact]
    public void Scripts_HaveTheRightsThatTheyUse() => AssertRights("mail_responder-host", CallsOfTheScripts());

    /// <summary>Shows that calls are found at all; otherwise the tests above prove nothing.</summary>
    [Fact]
    public void Calls_AreFound()
    {
        AssertHas(CallsOfTheProgram(), "s3:GetObject", "ses:SendRawEmail", "ses:GetSendQuota",
            "cloudwatch:PutMetricData", "sqs:ReceiveMessage", "sqs:DeleteMessageBatch");
        AssertHas(CallsOfTheScripts(), "s3:Cp", "ssm:GetParameter", "autoscaling:RecordLifecycleActionHeartbeat",
            "autoscaling:CompleteLifecycleAction", "cloudformation:SignalResource");

        static void AssertHas(HashSet<string> calls, params string[] some) =>
            Assert.All(some, call => Assert.Contains(call, calls));
    }

    private static void AssertRights(string policy, HashSet<string> calls)
    {
        var needed = calls.SelectMany(call => RightsOfCalls.GetValueOrDefault(call, [call]));
        Assert.Equal(needed.Distinct().Order(StringComparer.Ordinal), RightsOf(policy).Order(StringComparer.Ordinal));
    }

    private static HashSet<string> CallsOfTheProgram()
    {
        var assemblies = new[] { typeof(GetObjectRequest), typeof(ReceiveMessageRequest), typeof(AwsConnection) }
            .Select(type => type.Assembly);
        var services = assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(AmazonWebServiceRequest)) && !type.IsAbstract)
            .ToLookup(type => type.Name, type => ServicesOfSpaces.GetValueOrDefault(type.Namespace!, type.Namespace!));
        return [.. from folder in (string[])["MailResponder.Core", "MailResponder.Cli"]
                   from file in Directory.EnumerateFiles(Repository.PathTo(folder), "*.cs", SearchOption.AllDirectories)
                   where !OfOthers().IsMatch(file)
                   let text = File.ReadAllText(file)
                   from Match request in Request().Matches(text)
                   from service in services[request.Value]
                   where text.Contains("using Amazon.", StringComparison.Ordinal)
                   select $"{service}:{request.Groups[1].Value}"];
    }

    private static HashSet<string> CallsOfTheScripts()
    {
        var calls = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(Repository.PathTo("aws"))
            .Where(file => Path.GetExtension(file) != ".json"))
        {
            var text = File.ReadAllText(file);
            foreach (Match command in Command().Matches(text))
                calls.Add($"{command.Groups[1].Value}:{Pascal(command.Groups[2].Value)}");
            foreach (Match function in Function().Matches(text))
            {
                foreach (Match call in Regex.Matches(text, $@"\b{function.Groups[1].Value} ([a-z]+(?:-[a-z]+)+)"))
                    calls.Add($"{function.Groups[2].Value}:{Pascal(call.Groups[1].Value)}");
            }
        }

        return calls;
    }

    private static IEnumerable<string> RightsOf(string name) =>
        from policy in Template.Shipped.Properties("Role").GetProperty("Policies").EnumerateArray()
        where policy.GetProperty("PolicyName").GetString() == name
        from statement in Template.Statements(policy)
        from action in Template.Texts(statement.GetProperty("Action"))
        group action by action into same
        select same.Key;

    private static string Pascal(string kebab) =>
        string.Concat(kebab.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    [GeneratedRegex(@"/(?:obj|bin|Standins)/")]
    private static partial Regex OfOthers();

    [GeneratedRegex(@"\b([A-Z]\w+)Request\b")]
    private static partial Regex Request();

    /// <summary>A command such as `aws ssm get-parameter`. Comments contain none.</summary>
    [GeneratedRegex(@"(?<=^[^#\n]*)\baws ([a-z0-9]+) ([a-z]+(?:-[a-z]+)*) ", RegexOptions.Multiline)]
    private static partial Regex Command();

    /// <summary>The name and the service of a shell function whose first argument is the command.</summary>
    [GeneratedRegex(@"^(\w+)\(\) \{\n  aws ([a-z]+) ""\$1"" ", RegexOptions.Multiline)]
    private static partial Regex Function();
}
