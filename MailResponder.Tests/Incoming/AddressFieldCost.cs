using System.Text;
using MailResponder.Addresses;
using MailResponder.Feedback;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Incoming;

/// <summary>
/// MimeKit scans the rest of a field at each word without a domain: the cost is the number of such words times the
/// length. Neither may make a message expensive.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class AddressFieldCost
{
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(9, 100_000)]
    [InlineData(100, 10_000)]
    [InlineData(490, 100_000)]
    [InlineData(1000, 2_000)]
    [InlineData(20_000, 40_000)]
    public void AddressList_CostsLittle(int separators, int length) =>
        AssertCheap(() => _ = AddressList.TryParse(Encoding.ASCII.GetBytes(Field(separators, length)), out _));

    /// <summary>Anybody can write to the bounce address, and one process reads what arrives there.</summary>
    [Theory]
    [InlineData(490, 250_000)]
    [InlineData(100_000, 250_000)]
    public void Report_CostsLittle(int separators, int length)
    {
        var report = Encoding.ASCII.GetBytes("Content-Type: multipart/report; boundary=b\n\n--b\n"
            + "Content-Type: message/delivery-status\n\nA: b\n\nAction: failed\nStatus: 5.1.1\n\n--b\n"
            + "Content-Type: message/rfc822\n\nMessage-ID: <a@b>\nDate: Mon, 2 Mar 2026 08:00:00 +0000\n"
            + $"X-Reply-Token: 0\nTo: {Field(separators, length)}\n\n\n--b--\n");

        AssertCheap(() => DeliveryReport.Read(new MemoryStream(report)));
    }

    private static string Field(int separators, int length) =>
        string.Concat(Enumerable.Repeat("a,", separators)) + string.Concat(
            Enumerable.Repeat("a.", (length - (2 * separators)) / 2));

    /// <summary>The least of three times counts. The first one also compiles the code.</summary>
    private static void AssertCheap(Action read)
    {
        var least = Enumerable.Range(0, 3).Min(_ =>
        {
            var start = ThreadClock.Now;
            read();
            return ThreadClock.Now - start;
        });

        Assert.InRange(least, TimeSpan.Zero, Most);
    }
}
