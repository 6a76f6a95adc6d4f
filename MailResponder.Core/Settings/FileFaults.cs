namespace MailResponder.Settings;

/// <summary>
/// What is wrong in one file that the operator wrote. When too much is wrong, that is said, and no more is added.
/// </summary>
/// <param name="file">Its name.</param>
internal sealed class FileFaults(string file)
{
    public List<Fault> All { get; } = [];

    public int Errors { get; private set; }

    /// <summary>Whether so much is wrong that the file need not be read to its end.</summary>
    public bool IsFull => Errors >= Fault.MostOfAFile;

    /// <summary>The file's folder, where relative paths in it begin.</summary>
    public string Folder => Path.GetDirectoryName(file)!;

    public void Add(int line, string place, string problem)
    {
        if (IsFull)
            return;
        All.Add(new Fault(file, line, place, problem));
        Errors++;
        if (IsFull)
            All.Add(new Fault(file, line, "", "and whatever follows: too much is wrong here; is it the right file?"));
    }

    /// <summary>Adds what is probably wrong but can be used.</summary>
    public void Warn(int line, string place, string problem) =>
        All.Add(new Fault(file, line, place, problem, IsWarning: true));
}
