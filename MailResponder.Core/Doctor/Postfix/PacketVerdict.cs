namespace MailResponder.Doctor;

/// <summary>What a packet filter does with a stranger's first packet.</summary>
internal enum PacketVerdict
{
    Accepted,

    Dropped,

    /// <summary>It hangs on something that the rules alone do not tell.</summary>
    Unknown,
}
