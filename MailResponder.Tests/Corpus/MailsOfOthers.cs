using MailResponder.Incoming;

namespace MailResponder.Tests.Corpus;

public sealed class MailsOfOthers
{
    public static TheoryData<string> All => CorpusMails.Below("");

    public static TheoryData<string> Bounces => CorpusMails.Below("bounces");

    [CorpusTheory]
    [MemberData(nameof(All))]
    public void AreAnsweredToTheirFromOrNamedUnanswerable(string mail)
    {
        var reason = Judge(mail, out var request);

        Assert.Equal(reason is null, request is not null);
        if (request is not null)
            Assert.Contains('@', request.From.Address);
    }

    [CorpusTheory]
    [MemberData(nameof(Bounces))]
    public void ThatAreBouncesOrAutomatic_AreNotAnswered(string mail)
    {
        var reason = Judge(mail, out var request);

        Assert.True(reason is not null, $"{mail} would be answered: Subject: {request?.Subject}");
    }

    private static SkipReason? Judge(string mail, out Request? request)
    {
        using var input = File.OpenRead(Path.Join(CorpusMails.Folder, mail));
        // These mails are not meant to test sizes.
        var settings = TestSettings.In("/nowhere") with { MaxMessageBytes = long.MaxValue };
        return new Guard(settings).ReasonNotToReply(IncomingMessage.Read(input), new Envelope(), out request);
    }
}
