using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Tests postfix/main-strict.cf, and the strict line of main-relay-domains.cf, with the table of `config pull`.
/// </summary>
[Collection("Postfix")]
public sealed class StrictRecipientsTests
{
    public static TheoryData<string, string> Ways => new()
    {
        { "main-strict.cf", "" },
        { "main-relay-domains.cf", "relay_recipient_maps = texthash:/var/lib/mail_responder/postfix/addresses" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void AddressOfTheBook_IsAnswered(string sample, string overrides)
    {
        using var place = WithTables();
        using var postfix = new PrivatePostfix(place, sample, overrides);
        postfix.Accept(RequestMail.FromSomebodyNew(), "Get@Example.com");
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, place.Outbox.Count);
    }

    /// <summary>With a tag, with a trailing dot, and with either spelling of its domain.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void AnotherFormOfAnAddress_IsAnswered(string sample, string overrides)
    {
        using var place = WithTables(book => book[2]!["email_addr"] = "links@b\u00fccher.example");
        using var postfix = new PrivatePostfix(place, sample,
            overrides + "\nextradomains = texthash:/var/lib/mail_responder/postfix/domains");
        string[] forms =
            ["get+fa@example.com", "get@example.com.",
                "links@xn--bcher-kva.example", "links+fa@XN--BCHER-KVA.example.", "links@b\u00fccher.example",
                "links+fa@B\u00dcCHER.example"];
        foreach (var form in forms)
        {
            using var smtp = new SmtpDialogue(postfix.Port);
            var mail = RequestMail.FromSomebodyNew();
            smtp.Say("EHLO mx.freemail.test");
            smtp.Say($"MAIL FROM:<{mail.From}> SMTPUTF8");
            smtp.Say($"RCPT TO:<{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(form))}>");
            smtp.Data(Encoding.UTF8.GetString(mail.ToBytes()));
        }

        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2 * 2 + 4, place.Outbox.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void UnknownAddress_IsRejectedAndThoseOfPeopleAreNot(string sample, string overrides)
    {
        using var place = WithTables();
        using var postfix = new PrivatePostfix(
            place, sample, overrides + "\nsmtpd_error_sleep_time = 0\nsmtpd_hard_error_limit = 20");
        using var smtp = new SmtpDialogue(postfix.OutsidePort, Outside.Stranger);
        smtp.Say("EHLO mx.freemail.test");
        // The null sender needs no DNS look-up.
        smtp.Say("MAIL FROM:<>");
        foreach (var unknown in (string[])["unknown@example.com", "gets@example.com", "get@mx.responder.test",
            "nobody.here@mx.responder.test"])
            Assert.StartsWith("550 5.1.1 ", smtp.Ask($"RCPT TO:<{unknown}>"), StringComparison.Ordinal);
        foreach (var known in (string[])["get@example.com", "LINKS@example.com", "postmaster@example.com",
            "support@example.com", "abuse@example.com", "root@mx.responder.test"])
            Assert.StartsWith("250 ", smtp.Ask($"RCPT TO:<{known}>"), StringComparison.Ordinal);
    }

    /// <summary>The whole domain is in the table. Without that, the entry would never be used.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void EntryForUnknownAddresses_OpensItsDomain(string sample, string overrides)
    {
        using var place = WithTables(book => book[2]!["email_addr"] = "*@example.com");
        using var postfix = new PrivatePostfix(place, sample, overrides);
        var request = RequestMail.FromSomebodyNew() with { To = "gett+fa@example.com" };
        postfix.Accept(request, "gett+fa@example.com");
        postfix.WaitUntilQueueIsEmpty();
        Assert.Single(place.Outbox);
        Assert.Contains("replied reason=unknown-address ", place.Log.Reports[^1], StringComparison.Ordinal);
        using var smtp = new SmtpDialogue(postfix.OutsidePort, Outside.Stranger);
        smtp.Say("EHLO mx.freemail.test");
        smtp.Say("MAIL FROM:<>");
        Assert.StartsWith("250 ", smtp.Ask("RCPT TO:<get@example.com>"), StringComparison.Ordinal);
        Assert.StartsWith("550 5.1.1 ", smtp.Ask("RCPT TO:<gett@mx.responder.test>"), StringComparison.Ordinal);
    }

    /// <summary>Before the first pull, mail is deferred, and no address is reported as nonexistent.</summary>
    [Fact]
    public void MissingTable_RejectsNobodyForGood()
    {
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, "main-strict.cf", "smtpd_error_sleep_time = 0");
        using var smtp = new SmtpDialogue(postfix.OutsidePort, Outside.Stranger);
        smtp.Say("EHLO mx.freemail.test");
        smtp.Say("MAIL FROM:<>");
        Assert.StartsWith("451 4.", smtp.Ask("RCPT TO:<get@example.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public void NewAddress_CountsAfterAReload()
    {
        using var place = WithTables();
        using var postfix = new PrivatePostfix(place, "main-strict.cf", "smtpd_error_sleep_time = 0");
        place.Book[2]!["email_addr"] = "new@example.com";
        place.Write();
        Pull(place);
        postfix.Reload();
        Patience.Until("the new table is read", () =>
        {
            using var smtp = new SmtpDialogue(postfix.OutsidePort, Outside.Stranger);
            smtp.Say("EHLO mx.freemail.test");
            smtp.Say("MAIL FROM:<>");
            return smtp.Ask("RCPT TO:<new@example.com>").StartsWith("250 ", StringComparison.Ordinal)
                && smtp.Ask("RCPT TO:<links@example.com>").StartsWith("550 ", StringComparison.Ordinal);
        });
    }

    private static Workplace WithTables(Action<JsonArray>? change = null)
    {
        var place = new Workplace();
        place.Settings["postfix_maps"] = "postfix";
        change?.Invoke(place.Book);
        place.Write();
        Pull(place);
        return place;
    }

    private static void Pull(Workplace place)
    {
        var run = place.Command("config", "pull");
        Assert.True(run.ExitCode == 0, run.Errors);
    }
}
