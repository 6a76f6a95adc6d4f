using System.Text.Json;
using System.Text.RegularExpressions;
using MailResponder.Tests.Feedback;

namespace MailResponder.Tests.Aws;

/// <summary>
/// Checks aws/autoscaling.yaml against AWS's specification of all resources, and against our promises.
/// </summary>
public sealed class TemplateTests
{
    private static readonly Template Template = Template.Shipped;

    [Fact]
    public void Template_IsAsSpecified() => Assert.Empty(Template.Faults);

    /// <summary>Shows that the check finds faults at all; otherwise the test above proves nothing.</summary>
    [Theory]
    [InlineData("HttpTokens: required", "HttpToken: required",
        "LaunchTemplate.LaunchTemplateData.MetadataOptions: there is no property HttpToken")]
    [InlineData("VolumeSize: !Ref DiskGiB", "VolumeSize: large", "is not of type integer")]
    [InlineData("MaxSize: !Ref MaxHosts", "MaxSize: !Ref MaxHost", "there is no parameter or resource MaxHost")]
    [InlineData("MaxSize: !Ref MaxHosts", "MaxSize: 10", "MaxHosts: is not used")]
    [InlineData("      MaxSize: !Ref MaxHosts\n", "", "Group: MaxSize is missing")]
    [InlineData("'${HostName}'", "'${Hostname}'", "there is no parameter or resource Hostname")]
    [InlineData("LatestVersionNumber", "Latest", "AWS::EC2::LaunchTemplate has no attribute Latest")]
    [InlineData("- HasKeyPair", "- HasKey", "there is no condition HasKey")]
    [InlineData("WaitOnResourceSignals", "WaitOnSignals",
        "Group.UpdatePolicy.AutoScalingRollingUpdate: there is no WaitOnSignals")]
    [InlineData("Roles: [!Ref Role]", "Roles: [!Ref Group]", "needs itself")]
    [InlineData("Type: AWS::SNS::Topic", "Type: AWS::SNS::Topics", "there is no resource type AWS::SNS::Topics")]
    public void BrokenTemplate_IsFound(string shipped, string broken, string fault)
    {
        using var folder = new TemporaryFolder();
        var text = File.ReadAllText(Template.File);
        Assert.Contains(shipped, text, StringComparison.Ordinal);
        var file = folder.Write("broken.yaml", text.Replace(shipped, broken, StringComparison.Ordinal));
        Assert.Contains(new Template(file).Faults, found => found.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void PolicyFile_HasTheRightsOfTheRole_AndNoMore()
    {
        var statements = Template.Statements(Template.Properties("Role").GetProperty("Policies")[0]);
        var role = $"{{\"Version\":\"2012-10-17\",\"Statement\":[{string.Join(',', statements)}]}}";
        role = role.Replace("{\"Ref\":\"ResponseFrom\"}", "\"get-help@example.com\"", StringComparison.Ordinal)
            .Replace("{\"Fn::GetAtt\":[\"FeedbackQueue\",\"Arn\"]}",
                "\"arn:aws:sqs:eu-west-1:123456789012:responder-feedback\"", StringComparison.Ordinal);
        role = Regex.Replace(role, "{\"Fn::Sub\":(\"[^\"]*\")}", "$1");
        role = role.Replace("${AWS::Partition}", "aws", StringComparison.Ordinal)
            .Replace("${BookBucket}", "example-config", StringComparison.Ordinal)
            .Replace("${FilesBucket}", "example-tools", StringComparison.Ordinal);
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.PathTo("aws", "iam-policy.json")));
        using var expected = JsonDocument.Parse(role);
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(file));
    }

    [Fact]
    public void Role_MayDoNamedThingsAlone()
    {
        string[] everywhere = ["ses:SendRawEmail", "ses:GetSendQuota", "ses:GetSendStatistics",
            "ses:GetAccountSendingEnabled", "cloudwatch:PutMetricData"];
        foreach (var statement in Template.Properties("Role").GetProperty("Policies").EnumerateArray()
            .SelectMany(Template.Statements))
        {
            var actions = Template.Texts(statement.GetProperty("Action")).ToArray();
            Assert.All(actions, action => Assert.DoesNotContain('*', action));
            if (statement.GetProperty("Resource").ToString() == "*") Assert.Subset(
                new HashSet<string>(everywhere), new HashSet<string>(actions));
        }
    }

    [Fact]
    public void Metadata_NeedTokens_AndTellTheGroup()
    {
        var options = Template.Properties("LaunchTemplate").GetProperty("LaunchTemplateData")
            .GetProperty("MetadataOptions");
        Assert.Equal(("required", "1", "enabled"),
            (Text(options, "HttpTokens"), Text(options, "HttpPutResponseHopLimit"),
            Text(options, "InstanceMetadataTags")));
    }

    /// <summary>Anybody who can write to the queue can block people.</summary>
    [Fact]
    public void Feedback_ComesFromSesThroughItsTopicAlone()
    {
        AssertAllowed("FeedbackTopicPolicy", "ses.amazonaws.com", "sns:Publish",
            "{\"Fn::Sub\":\"arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/"
            + "${ConfigurationSet}\"}");
        AssertAllowed("FeedbackQueuePolicy", "sns.amazonaws.com", "sqs:SendMessage", "{\"Ref\":\"FeedbackTopic\"}");
        Assert.Equal("2", Text(Template.Properties("FeedbackTopic"), "SignatureVersion"));
        Assert.Equal("false", Template.Properties("FeedbackSubscription").GetProperty("RawMessageDelivery")
            .GetRawText());
        Assert.Equal("[\"bounce\",\"complaint\"]", Template.Properties("FeedbackEvents").GetProperty("EventDestination")
            .GetProperty("MatchingEventTypes").GetRawText());

        static void AssertAllowed(string policy, string service, string action, string source)
        {
            var statement = Assert.Single(Template.Properties(policy).GetProperty("PolicyDocument")
                .GetProperty("Statement").EnumerateArray());
            Assert.Equal(("Allow", action), (Text(statement, "Effect"), Text(statement, "Action")));
            Assert.Equal($"{{\"Service\":\"{service}\"}}", statement.GetProperty("Principal").GetRawText());
            Assert.Equal(source, statement.GetProperty("Condition").GetProperty("ArnEquals")
                .GetProperty("aws:SourceArn").GetRawText());
        }
    }

    [Fact]
    public void RefusedFeedback_IsKeptAndTold()
    {
        var redrive = Template.Properties("FeedbackQueue").GetProperty("RedrivePolicy");
        Assert.Equal("[\"RefusedFeedback\",\"Arn\"]",
            redrive.GetProperty("deadLetterTargetArn").GetProperty("Fn::GetAtt").GetRawText());
        Assert.Equal(SqsDouble.MostReceives, redrive.GetProperty("maxReceiveCount").GetInt32());
        foreach (var queue in (string[])["FeedbackQueue", "RefusedFeedback"])
        {
            Assert.Equal(("True", "1209600"), (Text(Template.Properties(queue), "SqsManagedSseEnabled"),
                Text(Template.Properties(queue), "MessageRetentionPeriod")));
        }

        foreach (var (alarm, metric, queue) in (ReadOnlySpan<(string, string, string)>)[
            ("RefusedFeedbackAlarm", "ApproximateNumberOfMessagesVisible", "RefusedFeedback"),
            ("FeedbackAgeAlarm", "ApproximateAgeOfOldestMessage", "FeedbackQueue")])
        {
            var properties = Template.Properties(alarm);
            Assert.Equal(("AWS/SQS", metric), (Text(properties, "Namespace"), Text(properties, "MetricName")));
            Assert.Equal($"[\"{queue}\",\"QueueName\"]",
                properties.GetProperty("Dimensions")[0].GetProperty("Value").GetProperty("Fn::GetAtt").GetRawText());
            Assert.Equal("[{\"Ref\":\"AlarmTopic\"}]", properties.GetProperty("AlarmActions").GetRawText());
        }
    }

    [Fact]
    public void Replies_NeedTlsUnlessTheOperatorSaysOtherwise() => Assert.Equal("REQUIRE",
        Text(Template.Properties("ConfigurationSet").GetProperty("DeliveryOptions"), "TlsPolicy"));

    [Fact]
    public void Balancer_HidesNobody_AndIsTheOnlyWayIn()
    {
        var attributes = Template.Properties("Targets").GetProperty("TargetGroupAttributes").EnumerateArray()
            .ToDictionary(one => Text(one, "Key"), one => Text(one, "Value"));
        Assert.Equal("true", attributes["preserve_client_ip.enabled"]);
        Assert.False(attributes.ContainsKey("proxy_protocol_v2.enabled"));
        var smtp = Template.Properties("HostSecurity").GetProperty("SecurityGroupIngress")[0];
        Assert.Equal("LoadBalancerSecurity", smtp.GetProperty("SourceSecurityGroupId").GetProperty("Ref").GetString());
        Assert.False(smtp.TryGetProperty("CidrIp", out _));
    }

    private static string Text(JsonElement parent, string name) => Template.Value(parent.GetProperty(name));
}
