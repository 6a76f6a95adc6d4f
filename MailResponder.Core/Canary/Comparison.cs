namespace MailResponder.Canary;

/// <summary>Finds the reply that arrived for each expected reply, and compares the two.</summary>
internal sealed class Comparison
{
    /// <summary>How many expected replies arrived. One that arrived twice counts once.</summary>
    public int Replies { get; private set; }

    public int InJunk { get; private set; }

    /// <summary>How many attachments are as expected.</summary>
    public int Attachments { get; private set; }

    public List<string> Problems { get; } = [];

    /// <param name="requested">The requested address.</param>
    /// <param name="expected">The replies expected for it.</param>
    /// <param name="came">The replies that arrived, in any order.</param>
    public void Add(string requested, ExpectedReply[] expected, List<CanaryReply> came)
    {
        var contents = came.ConvertAll<ReplyContent?>(reply => ReplyContent.Of(reply.Message));
        foreach (var wanted in expected)
        {
            var place = $"{requested}, entry {wanted.Entry}";
            var at = contents.FindIndex(content => content?.Text == wanted.Content.Text);
            if (at < 0)
            {
                // A second copy of an expected reply does not stand for another entry. Any other reply has a text that
                // was changed on the way.
                at = contents.FindIndex(content => content is not null
                    && !Array.Exists(expected, reply => reply.Content.Text == content.Text));
                if (at < 0)
                    continue;
                Problems.Add(place + ": the text differs");
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
                        ? $"; it came as {other}" : ""));
            else if (found != hash)
                Problems.Add($"{place}: {name} differs from the file of the response book");
            else
                Attachments++;
        }

        // Attachments that were not expected, for instance because a host has not switched them off. One that came
        // under another name was reported above.
        foreach (var (name, hash) in content.Attachments)
        {
            if (!expected.Content.Attachments.ContainsKey(name) && !expected.Content.Attachments.Values.Contains(hash))
                Problems.Add($"{place}: {name} was not expected");
        }
    }
}
