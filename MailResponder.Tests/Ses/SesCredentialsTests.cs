using Amazon.Runtime.CredentialManagement;
using MailResponder.Aws;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>Where the published program finds credentials, and which places it does not use.</summary>
public class SesCredentialsTests
{
    private static readonly (string, string) AnotherKey = ("AWS_ACCESS_KEY_ID", "AKIASOMEBODYELSE");
    private static readonly (string, string) AnotherSecret = ("AWS_SECRET_ACCESS_KEY", "wrong");

    [Fact]
    public void NamedFile_IsTheOnlyPlace()
    {
        using var metadata = new MetadataDouble();
        AssertReplied(_ => { }, place => place.Settings["ses"]!["credentials_file"] = "credentials",
            AnotherKey, AnotherSecret, Instance(metadata), Container(metadata), ContainerAuthorization);
        Assert.Empty(metadata.Paths);
    }

    [Fact]
    public void NamedProfile_IsTaken() => AssertReplied(ses => ses.Keys["AKIAUNKNOWN"] = SesDouble.SecretKey, place =>
    {
        place.Settings["ses"]!["credentials_file"] = "credentials";
        place.Settings["ses"]!["profile"] = "stale";
    });

    [Fact]
    public void Environment_IsTaken()
    {
        using var metadata = new MetadataDouble();
        AssertReplied(_ => { }, _ => { }, ("AWS_ACCESS_KEY_ID", SesDouble.AccessKey),
            ("AWS_SECRET_ACCESS_KEY", SesDouble.SecretKey), Instance(metadata));
        Assert.Empty(metadata.Paths);
    }

    [Fact]
    public void EnvironmentWithSessionToken_IsTaken() => AssertReplied(
        ses => ses.Keys[SesDouble.AccessKey] = $"{SesDouble.SecretKey} {MetadataDouble.SessionToken}", _ => { },
        ("AWS_ACCESS_KEY_ID", SesDouble.AccessKey), ("AWS_SECRET_ACCESS_KEY", SesDouble.SecretKey),
        ("AWS_SESSION_TOKEN", MetadataDouble.SessionToken));

    [Fact]
    public void Container_IsAsked()
    {
        using var metadata = new MetadataDouble();
        AssertReplied(Knows(MetadataDouble.ContainerKey), _ => { }, Container(metadata), ContainerAuthorization);
        Assert.Equal(["GET /container"], metadata.Paths.Distinct());
    }

    [Fact]
    public void InstanceRole_IsAsked()
    {
        using var metadata = new MetadataDouble();
        AssertReplied(Knows(MetadataDouble.InstanceKey), _ => { }, Instance(metadata));
        Assert.Contains("PUT /latest/api/token", metadata.Paths);
    }

    [Fact]
    public void Nowhere_IsDeferredWithTheRemedy()
    {
        using var ses = new SesDouble();
        using var place = new Workplace();
        place.SendWithoutFileThrough(ses);
        place.Settings["deadline_seconds"] = 30;
        place.Write();

        place.FilterUnder(SesWorkplace.With(("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")),
            RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred();

        Assert.Contains("no AWS credentials", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Contains("ses.credentials_file", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Contains("curl 169.254.169.254", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Empty(ses.Calls);
    }

    [Theory]
    [InlineData(0x1A4, "lets others read or change it; run: chmod 0640")]
    [InlineData(0, "does not exist")]
    public void FileThatCannotBeTrusted_IsDeferred(int mode, string expected)
    {
        using var ses = new SesDouble();
        using var place = new Workplace();
        place.SendThrough(ses);
        if (mode == 0) File.Delete(place.PathTo("credentials"));
        else File.SetUnixFileMode(place.PathTo("credentials"), (UnixFileMode)mode);

        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred("4.3.5 ");

        Assert.Contains("deferred reason=key-file ", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Contains(expected, place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Empty(ses.Calls);
    }

    [Fact]
    public void WrongSecret_IsDeferredWithTheRemedy()
    {
        using var ses = new SesDouble();
        ses.Keys[SesDouble.AccessKey] = "another";
        using var place = new Workplace();
        place.SendThrough(ses);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains("the secret key is wrong, or this host's clock is", place.Log.Reports[^1],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "[other]\naws_access_key_id = no\n[mail]\naws_access_key_id=AKIAX\n# note\n  aws_secret_access_key = a/b+c=\n",
        "AKIAX", "a/b+c=", "")]
    [InlineData(
        "[ mail ]\naws_session_token = t\r\naws_secret_access_key = s\r\naws_access_key_id = k\r\n[other]\nrole_arn "
        + "= x\n", "k", "s", "t")]
    [InlineData("[mail]\naws_access_key_id = k\naws_secret_access_key = s\nregion = eu-west-1\n", "k", "s", "")]
    public void KeysOfAFile_AreThoseThatTheSdkReads(string text, string key, string secret, string token)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("keys", text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);

        var ours = CredentialsFile.Read(file, "mail").GetCredentials();
        var chain = new CredentialProfileStoreChain(file);
        Assert.True(chain.TryGetAWSCredentials("mail", out var sdk));

        Assert.Equal((key, secret, token), (ours.AccessKey, ours.SecretKey, ours.Token));
        Assert.Equal((key, secret, token),
            (sdk.GetCredentials().AccessKey, sdk.GetCredentials().SecretKey, sdk.GetCredentials().Token));
    }

    [Theory]
    [InlineData("[mail]\naws_access_key_id = k\naws_secret_access_key = s\nrole_arn = x\n")]
    [InlineData("[mail]\naws_access_key_id = k\naws_access_key_id = k2\naws_secret_access_key = s\n")]
    [InlineData("[mail]\naws_access_key_id = k\naws_secret_access_key = s # note\n")]
    [InlineData("[mail]\naws_access_key_id = k\naws_secret_access_key = s\n[mail]\naws_access_key_id = k2\n")]
    [InlineData("[mail]\naws_access_key_id = k\n")]
    [InlineData("[mail2]\naws_access_key_id = k\naws_secret_access_key = s\n")]
    [InlineData("[mail]\naws_access_key_id = k\naws_secret_access_key = s\nnonsense\n")]
    public void ProfileThatIsNotSimple_IsLeftToTheSdk(string text) => Assert.Null(PlainKeys.Of(text, "mail"));

    private static (string, string) Instance(MetadataDouble metadata) =>
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Url);

    private static (string, string) Container(MetadataDouble metadata) =>
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.Url + "/container");

    private static (string, string) ContainerAuthorization =>
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", MetadataDouble.ContainerAuthorization);

    private static Action<SesDouble> Knows(string key) =>
        ses => ses.Keys[key] = $"{MetadataDouble.Secret} {MetadataDouble.SessionToken}";

    private static void AssertReplied(Action<SesDouble> prepare, Action<Workplace> change,
        params (string, string)[] environment)
    {
        using var ses = new SesDouble();
        prepare(ses);
        using var place = new Workplace();
        place.SendThrough(ses);
        place.SendWithoutFileThrough(ses);
        change(place);
        place.Write();

        var run = place.FilterUnder(SesWorkplace.With(environment), RequestMail.FromSomebodyNew().ToBytes());

        Assert.True(run.ExitCode == 0, string.Join('\n', place.Log.Reports) + string.Join('\n', ses.SignatureFaults));
        run.AssertDone();
        Assert.Equal(2, ses.Accepted.Count);
    }
}
