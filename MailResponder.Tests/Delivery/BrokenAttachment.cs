namespace MailResponder.Tests.Delivery;

/// <summary>Content that fails before its end, as on a broken disk.</summary>
internal sealed class BrokenAttachment() : MemoryStream(new byte[300_000])
{
    public override int Read(byte[] buffer, int offset, int count) => Checked(base.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => Checked(base.Read(buffer));

    private int Checked(int count) => Position < 200_000 ? count : throw new IOException("input/output error");
}
