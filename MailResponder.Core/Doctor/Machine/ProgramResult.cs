namespace MailResponder.Doctor;

/// <summary>What a program of the host answered.</summary>
/// <param name="Code">Its exit code; null when it is not installed, or was stopped because it took too long.</param>
/// <param name="IsInstalled">Whether the host has the program.</param>
/// <param name="Output">The beginning of its standard output.</param>
/// <param name="Errors">The beginning of its standard error.</param>
internal sealed record ProgramResult(int? Code, bool IsInstalled, string Output, string Errors)
{
    public bool Succeeded => Code == 0;

    /// <summary>Whether it ended with something else than success, in time: then it has found something.</summary>
    public bool Failed => Code is not (null or 0);

    public IEnumerable<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Why it failed, in its own words.</summary>
    public string Complaint =>
        !IsInstalled ? "is not installed"
        : Code is null ? "did not answer in time"
        : (Errors.Trim().Length > 0 ? Errors : Output.Trim().Length > 0 ? Output : $"exit code {Code}").OneLine();
}
