namespace MailResponder.Canary;

/// <summary>Finds for each expected reply the one that came.</summary>
internal sealed class Comparison
{
    /// <summary>Expected replies that came; one that came twice counts once.</summary>
    public int Replies { get; private set; }

    public int InJunk { get; private set; }

    /// <summary>Attachments that are as they should be.</summary>
    public int Attachments { get; private set; }

    public List<string> Problems { get; } = [];

    /// <param name="requested">The address that was asked.</param>
    /// <param name="expected">What it gets.</param>
    /// <param name="came">In any order.</param>
    public void Add(string requested, IReadOnlyList<ExpectedReply> expected, IReadOnlyList<CanaryReply> came)
    {
        var left = came.Select(reply => (Reply: reply, Content: ReplyContent.Of(reply.Message))).ToList();
        var open = new List<ExpectedReply>();
        foreach (var reply in expected)
        {
            if (left.FindIndex(one => one.Content.Text == reply.Content.Text) is >= 0 and var at)
                Match(requested, reply, left, at);
            else
                open.Add(reply);
        }

        // A reply that was sent twice is no other one. What else is left has a text that was changed on the way.
        left.RemoveAll(one => expected.Any(reply => reply.Content.Text == one.Content.Text));
        foreach (var reply in open.Take(left.Count).ToList())
        {
            Problems.Add($"{requested}, entry {reply.Entry}: another text");
            Match(requested, reply, left, 0);
        }
    }

    private void Match(string requested, ExpectedReply expected,
        List<(CanaryReply Reply, ReplyContent Content)> left, int at)
    {
        var (reply, content) = left[at];
        left.RemoveAt(at);
        Replies++;
        if (reply.IsInJunk)
            InJunk++;
        var place = $"{requested}, entry {expected.Entry}";
        foreach (var (name, hash) in expected.Content.Attachments)
        {
            if (!content.Attachments.TryGetValue(name, out var found))
                Problems.Add($"{place}: {name} is missing"
                    + (content.Attachments.FirstOrDefault(one => one.Value == hash).Key is { } other
                        ? $", and came as {other}" : ""));
            else if (found != hash)
                Problems.Add($"{place}: {name} is not the file of the response book");
            else
                Attachments++;
        }
    }
}
