using MailResponder.Settings;

namespace MailResponder.Tests.Settings;

/// <summary>
/// <c>Faults/NN-name.json</c> is a settings file. <c>NN-name.faults</c> holds the output of <c>responder config
/// check</c> for it, empty if it has no fault.
/// </summary>
public sealed class SettingsFaults
{
    private static readonly string Folder = Repository.PathTo("MailResponder.Tests", "Settings", "Faults");

    public static TheoryData<string> Files =>
        new(Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void NameThemselvesWithLineAndRemedy(string file)
    {
        var faults = new List<Fault>();

        var settings = SettingsFile.Check(Path.Join(Folder, file), faults);

        ExpectedText.Equal(Path.Join(Folder, Path.ChangeExtension(file, ".faults")),
            string.Concat(faults.Select(fault => (fault with { File = file }) + "\n")));
        Assert.Equal(faults.TrueForAll(fault => fault.IsWarning), settings is not null);
    }

    [Fact]
    public void MissingFile_IsAFault()
    {
        var faults = new List<Fault>();

        Assert.Null(SettingsFile.Check("/nowhere/settings.json", faults));

        Assert.Equal("/nowhere/settings.json: does not exist; name the settings file with --settings, "
            + "or write it: docs/settings.md",
            Assert.Single(faults).ToString());
    }

    [Fact]
    public void FirstOfSeveral_IsNamedWhereTheFileIsNeeded()
    {
        var file = Path.Join(Folder, "04-empty-object.json");

        var exception = Assert.Throws<ResponderException>(() => SettingsFile.Load(file));

        Assert.Equal(Cause.Settings, exception.Cause);
        Assert.Equal($"{file}:1: database: is missing; it has no default (and 6 more); see: responder config check",
            exception.Message);
    }
}
