namespace MailResponder.Doctor;

/// <summary>What name servers said to one question.</summary>
/// <param name="Answered">False: nobody answered, or the server failed; then nothing is known.</param>
/// <param name="Records">
/// The records' data: TXT with its strings joined (RFC 7208, section 3.3), MX and PTR as host names in lower case
/// without a final dot, addresses as they are. Empty when the name has none. </param>
internal sealed record DnsAnswer(bool Answered, IReadOnlyList<string> Records);
