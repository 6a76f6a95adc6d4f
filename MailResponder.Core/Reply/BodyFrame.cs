namespace MailResponder.Reply;

/// <summary>A reply's body without its attachments, with LF line ends.</summary>
/// <param name="Fields">The Content-* fields that go into the message's header.</param>
/// <param name="Texts">
/// What stands before, between and behind the attachments: one more than there are attachments.
/// </param>
internal sealed record BodyFrame(byte[] Fields, IReadOnlyList<byte[]> Texts);
