using System.Text;

namespace MailResponder.Tests.Ses;

/// <summary>What the test double does with one request.</summary>
/// <param name="Bytes">The bytes to write unchanged. Then the connection is closed, unless it hangs.</param>
/// <param name="ReadsRequest">Whether the request is read to its end.</param>
/// <param name="Hangs">Whether nothing more is sent until the double is disposed.</param>
/// <param name="Accepts">Whether the message counts as accepted, whatever the answer.</param>
internal sealed record SesAnswer(byte[] Bytes, bool ReadsRequest = true, bool Hangs = false, bool Accepts = false)
{
    /// <summary>
    /// A text for every place where SES puts a message. Like SES's own messages, it names the requester.
    /// </summary>
    public const string Leak = "identity requester@example.net in region EU-WEST-1";

    public static SesAnswer CutAfterRequest { get; } = new([]);

    public static SesAnswer CutBeforeRequest { get; } = new([], ReadsRequest: false);

    public static SesAnswer Stall { get; } = new([], Hangs: true);

    public static SesAnswer Accept(string messageId) => Xml(200,
        "<SendRawEmailResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\">"
        + $"<SendRawEmailResult><MessageId>{messageId}</MessageId></SendRawEmailResult>"
        + "<ResponseMetadata><RequestId>00000000-1111-2222-3333-444444444444</RequestId></ResponseMetadata>"
        + "</SendRawEmailResponse>");

    public static SesAnswer Error(int status, string code, string message) => Xml(status,
        "<ErrorResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\">"
        + $"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        + "<RequestId>00000000-1111-2222-3333-444444444444</RequestId></ErrorResponse>");

    public static SesAnswer Xml(int status, string body) => Http(status, "text/xml", body);

    public static SesAnswer Http(int status, string type, string body) => new(Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {status} Something\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
        + $"Connection: close\r\n\r\n{body}"));
}
