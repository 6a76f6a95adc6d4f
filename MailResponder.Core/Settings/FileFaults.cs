namespace MailResponder.Settings;

/// <summary>
/// The faults of one file that the operator wrote. After <see cref="Fault.MostOfAFile"/> errors, a last fault says that
/// there are too many, and no more errors are added.
/// </summary>
/// <param name="file">The path of the file.</param>
internal sealed class FileFaults(string file)
{
    public List<Fault> All { get; } = [];

    public int Errors { get; private set; }

    /// <summary>Whether there are so many errors that the file need not be read to its end.</summary>
    public bool IsFull => Errors >= Fault.MostOfAFile;

    /// <summary>The folder of the file. Relative paths in the file start there.</summary>
    public string Folder => Path.GetDirectoryName(file)!;

    public void Add(int line, string place, string problem)
    {
        if (IsFull)
            return;
        All.Add(new Fault(file, line, place, problem));
        Errors++;
        if (IsFull)
            All.Add(new Fault(file, line, "",
                "too many faults: the rest of the file is not checked; is it the right file?"));
    }

    /// <summary>Adds a warning about something that is probably wrong but can be used.</summary>
    public void Warn(int line, string place, string problem) =>
        All.Add(new Fault(file, line, place, problem, IsWarning: true));
}
