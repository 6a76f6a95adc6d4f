using Amazon.Runtime.Internal.Util;
using MailResponder.Delivery;
using MailResponder.Tests.Reply;

namespace MailResponder.Tests.Ses;

/// <summary>A reply in the form that the SDK reads.</summary>
public class ReplyStreams
{
    /// <summary>How the AWS SDK reads the stream is not documented.</summary>
    [Fact]
    public async Task Reply_CanBeReadInEveryWay()
    {
        using var place = new SesPlace("http://127.0.0.1:1/");
        using var reply = TestReply.Compose(place.Settings(), TestReply.Request(), SesPlace.Entry("tool.zip"));
        using var expected = new MemoryStream();
        reply.WriteToWire(expected);
        var text = Convert.ToBase64String(expected.ToArray());

        Assert.Equal(text, StringUtils.FromMemoryStream(new ReplyStream(reply)));
        Assert.Equal(text, Convert.ToBase64String(new ReplyStream(reply).ToArray()));
        Assert.Equal(expected.Length, new ReplyStream(reply).Length);
        Func<Stream, Stream, Task>[] ways =
        [
            (from, to) => from.CopyToAsync(to),
            (from, to) => Done(() => from.CopyTo(to)),
            (from, to) => Done(() => ((MemoryStream)from).WriteTo(to)),
            (from, to) => Done(() => to.Write(((MemoryStream)from).GetBuffer().AsSpan(0, (int)from.Length))),
            (from, to) => Done(() =>
            {
                for (int one; (one = from.ReadByte()) >= 0;) to.WriteByte((byte)one);
            }),
            (from, to) => Done(() =>
            {
                var all = new byte[from.Length];
                from.ReadExactly(all.AsSpan());
                to.Write(all);
            }),
        ];
        foreach (var copy in ways)
        {
            using var copied = new MemoryStream();
            await copy(new ReplyStream(reply), copied);
            Assert.Equal(text, Convert.ToBase64String(copied.ToArray()));
        }
    }

    private static Task Done(Action copy)
    {
        copy();
        return Task.CompletedTask;
    }
}
