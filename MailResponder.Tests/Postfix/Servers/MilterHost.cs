using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;
using MimeKit;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// A Postfix with milters.cf in front of the responder, and a name server with the keys and policies of the senders'
/// domains. None of the domains ends in .test: libunbound, which opendkim uses, answers on its own that those do not
/// exist.
/// </summary>
public sealed class MilterHost : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly NameServer _names;
    private readonly Milters _milters;
    private readonly Workplace _place = new();
    private readonly PrivatePostfix _postfix;

    public MilterHost()
    {
        _names = new NameServer(
        [
            .. DomainsThat("192.0.2.1", "signed", "sub.signed", "broken.signed", "hosts", "policy", "strict",
            "sub.strict", "evil", "elsewhere"),
            $"txt-record=hosts.example,v=spf1 ip4:{Outside.Stranger} -all",
            $"txt-record=policy.example,v=spf1 ip4:{Outside.Stranger} -all",
            $"txt-record=evil.example,v=spf1 ip4:{Outside.Stranger} -all",
            "txt-record=signed.example,v=spf1 -all",
            "txt-record=_dmarc.policy.example,v=DMARC1; p=reject",
            "txt-record=_dmarc.strict.example,v=DMARC1; p=reject; adkim=s",
            // No server listens at this address.
            "server=/_domainkey.silent.example/127.0.0.1#9",
        ]);
        _milters = new Milters(_names.Address);
        _place.Settings["authserv_id"] = "mx.responder.test";
        _place.Settings["daily_limit"] = 1000;
        _place.Book[0]!["subject"] = "links";
        _place.Book.Add(JsonNode.Parse("""
            { "email_addr": "signed@example.com", "body": "links", "subject": "links",
              "require_authentication": { "links": "full" } }
            """));
        _place.Write();
        _postfix = new PrivatePostfix(_place, "main.cf", _milters.Parameters);
        _postfix.Resolve(_names.Address);
    }

    public void Dispose()
    {
        _postfix.Dispose();
        _milters.Dispose();
        _names.Dispose();
        _place.Dispose();
        _key.Dispose();
    }

    /// <summary>
    /// Mails a request and waits until it is processed. Returns the result and reason of the log line, and what was
    /// sent.
    /// </summary>
    /// <param name="signer">
    /// The domain that signs it; "broken.…" for a signature that does not match; null for no signature.
    /// </param>
    /// <param name="envelope">The envelope sender.</param>
    /// <param name="moreHeaders">Header fields before the signed ones, each ended by CRLF.</param>
    internal string Ask(string from, string? signer, string envelope, string moreHeaders = "",
        string requested = "get@example.com")
    {
        var before = _place.Log.Reports.Count;
        Send(envelope, moreHeaders + Request(from, signer), requested);
        Patience.Until("the request is dealt with", () => _place.Log.Reports.Count > before, () => _postfix.MailLog);
        return InWords(_place.Log.Reports[before]);
    }

    /// <summary>Returns a request, signed with our key in the name of a domain.</summary>
    private string Request(string from, string? signer)
    {
        using var message = new MimeMessage();
        message.From.Add(new MailboxAddress("Zahra", from));
        message.To.Add(new MailboxAddress("", "get@example.com"));
        message.Subject = "please";
        message.Date = DateTimeOffset.UtcNow;
        message.MessageId = $"{Guid.NewGuid():N}@{from.Split('@')[1]}";
        message.Body = new TextPart("plain") { Text = "hello\r\n" };
        message.Prepare(EncodingConstraint.SevenBit);
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        if (signer is null)
        {
            var unsigned = new MemoryStream();
            message.WriteTo(format, unsigned);
            return Encoding.ASCII.GetString(unsigned.ToArray());
        }

        using var signed = SignedMail.Of(message, _key.ExportPkcs8PrivateKeyPem(), signer);
        var text = Encoding.ASCII.GetString(SignedMail.Bytes(signed, onWire: true));
        return signer.StartsWith("broken.", StringComparison.Ordinal)
            ? text.Replace("hello", "changed", StringComparison.Ordinal) : text;
    }

    private void Send(string envelope, string mail, string requested)
    {
        using var smtp = new SmtpDialogue(_postfix.OutsidePort, Outside.Stranger);
        smtp.Say("EHLO mx.elsewhere.example");
        smtp.Say($"MAIL FROM:<{envelope}>");
        smtp.Say($"RCPT TO:<{requested}>");
        smtp.Data(mail);
        smtp.Say("QUIT");
    }

    /// <summary>Returns records by which each domain exists and publishes our key.</summary>
    private IEnumerable<string> DomainsThat(string address, params string[] domains)
    {
        var record = Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());
        foreach (var domain in domains)
        {
            yield return $"address=/{domain}.example/{address}";
            yield return $"txt-record=test._domainkey.{domain}.example,v=DKIM1; k=rsa; "
                + $"p={record[..200]},{record[200..]}";
        }

        yield return $"address=/silent.example/{address}";
    }

    private static string InWords(string line)
    {
        var reason = Regex.Match(line, "reason=([a-z-]+)").Groups[1].Value;
        var sent = Regex.Match(line, @"receipts=(\S+)").Groups[1].Value.Split(
            ',', StringSplitOptions.RemoveEmptyEntries).Select(receipt =>
        {
            var reply = File.ReadAllText(receipt.Replace("(without-attachments)", "", StringComparison.Ordinal));
            return reply.Contains("filename=", StringComparison.Ordinal) ? "attachment"
                : reply.Contains("Subject: links", StringComparison.Ordinal) ? "links" : "text";
        });
        return string.Join(
            ' ', ((string[])[Regex.Match(line, "(replied|skipped|deferred|failed)").Value, reason, .. sent])
            .Where(word => word.Length > 0));
    }
}
