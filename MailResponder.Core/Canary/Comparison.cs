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
    public void Add(string requested, ExpectedReply[] expected, List<CanaryReply> came)
    {
        var contents = came.ConvertAll<ReplyContent?>(reply => ReplyContent.Of(reply.Message));
        foreach (var wanted in expected)
        {
            var place = $"{requested}, entry {wanted.Entry}";
            var at = contents.FindIndex(content => content?.Text == wanted.Content.Text);
            if (at < 0)
            {
                // A reply that was sent twice is no other one. What else came has a text that was changed on the way.
                at = contents.FindIndex(content => content is not null
                    && !Array.Exists(expected, reply => reply.Content.Text == content.Text));
                if (at < 0)
                    continue;
                Problems.Add(place + ": another text");
            }

            Compare(place, wanted, came[at], contents[at]!);
            contents[at] = null;
        }
    }

    private void Compare(string place, ExpectedReply expected, CanaryReply reply, ReplyContent content)
    {
        Replies++;
        if (reply.IsInJunk)
            InJunk++;
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

        // As when a host has not switched them off. One under another name was told of above.
        foreach (var (name, hash) in content.Attachments)
        {
            if (!expected.Content.Attachments.ContainsKey(name) && !expected.Content.Attachments.Values.Contains(hash))
                Problems.Add($"{place}: {name} came, and should not");
        }
    }
}
