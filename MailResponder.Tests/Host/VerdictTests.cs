using System.Security;

namespace MailResponder.Tests.Host;

/// <summary>
/// Tests verdict.py, the last step of run.sh, with a test double of dotnet. The double records its calls, and answers
/// each from the file named after the call; without that file it finds no test.
/// </summary>
public sealed class VerdictTests : IDisposable
{
    private const string Passed = "Passed", Failed = "Failed", NotExecuted = "NotExecuted";

    private const string Failure =
        "<Output><ErrorInfo><Message>the first &lt;failure&gt;\nof two lines</Message>" +
        "<StackTrace>at One()</StackTrace></ErrorInfo></Output>";

    private const string FailureOfRun = "[xUnit.net 00:00:00.10]     One [FAIL]";

    private readonly TemporaryFolder _folder = new();

    public VerdictTests()
    {
        _folder.Write("bin/dotnet", """
            #!/bin/sh
            here=$(dirname "$0")/..
            echo x >>"$here/calls"
            call=$(wc -l <"$here/calls")
            while [ $# -gt 0 ]; do
              case $1 in
                --filter) printf '%s\n' "$2" >>"$here/filters"; shift ;;
                --logger) log=${2#*LogFileName=}; shift ;;
                --results-directory) to=$2; shift ;;
              esac
              shift
            done
            if [ -e "$here/call-$call" ]; then cp "$here/call-$call" "$to/$log"; fi
            ! grep -qs 'outcome="Failed"' "$here/call-$call"
            """);
        File.SetUnixFileMode(_folder.PathTo("bin/dotnet"), (UnixFileMode)Convert.ToInt32("755", 8));
    }

    [Fact]
    public void AllPass_AndNothingIsRunAgain()
    {
        _folder.Write("results.trx", Results(("Mail.Tests.One", Passed), ("Mail.Tests.Two", NotExecuted)));
        AssertEnd(0, "1 passed, 0 failed, 1 skipped\n", Judge(0));
        Assert.Equal("", Filters);
    }

    [Fact]
    public void TestThatPassesAlone_IsNamedAsUnsteady()
    {
        _folder.Write("results.trx", Results(("Mail.Tests.One", Failed), ("Mail.Tests.Two", Passed)));
        _folder.Write("call-1", Results(("Mail.Tests.One", Passed)));
        const string end = """
            unsteady:
              Mail.Tests.One
                the first <failure>
                of two lines
                at One()
            2 passed, 0 failed

            """;
        AssertEnd(0, end, Judge(1));
        Assert.Equal("FullyQualifiedName=Mail.Tests.One\n", Filters);
    }

    [Fact]
    public void TestThatFailsTwice_FailsTheRun()
    {
        _folder.Write("results.trx",
            Results(("Mail.Tests.One", Failed), ("Mail.Tests.Two", Failed), ("A.B.C", Passed)));
        _folder.Write("call-1", Results(("Mail.Tests.One", Passed)));
        _folder.Write("call-2", Results(("Mail.Tests.Two", Failed)));
        var run = Judge(1);
        AssertEnd(1, "\n2 passed, 1 failed\n", run);
        Assert.Contains("FAILED Mail.Tests.Two [00:00:01]\nthe first <failure>", run.Output, StringComparison.Ordinal);
        Assert.Contains("unsteady:\n  Mail.Tests.One\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CaseOfATheory_IsRunByItsName()
    {
        const string name = """Mail.Tests.Word(text: "a(b)|c&d=e!~\")""";
        const string filter = """DisplayName=Mail.Tests.Word\(text: "a\(b\)\|c\&d\=e\!\~\\"\)""";
        _folder.Write("results.trx", Results((name, Failed)));
        _folder.Write("call-1", Results((name, Passed)));
        AssertEnd(0, "\n1 passed, 0 failed\n", Judge(1));
        Assert.Equal($"FullyQualifiedName=Mail.Tests.Word&{filter}\n", Filters);
    }

    [Theory]
    [InlineData("Mail.Tests.Word(1)", "FullyQualifiedName=Mail.Tests.Word&DisplayName=Mail.Tests.Word\\(1\\)\n")]
    [InlineData("Mail.Tests.Word(text: \"\u200f\")", "")]
    public void CaseThatCannotBeNamed_IsRunWithItsMethod(string name, string triedBefore)
    {
        _folder.Write("results.trx", Results((name, Failed), ("Mail.Tests.Word(2)", Passed)));
        var call = triedBefore.Length > 0 ? "call-2" : "call-1";
        _folder.Write(call, Results((name, Passed), ("Mail.Tests.Word(2)", Passed)));
        AssertEnd(0, "\n2 passed, 0 failed\n", Judge(1));
        Assert.Equal(triedBefore + "FullyQualifiedName=Mail.Tests.Word\n", Filters);
    }

    [Fact]
    public void TestThatIsNotFoundAgain_FailsTheRun()
    {
        _folder.Write("results.trx", Results(("Mail.Tests.One", Failed), ("Mail.Tests.Two", Passed)));
        AssertEnd(1, "\n1 passed, 1 failed\n", Judge(1));
    }

    [Theory]
    [InlineData("The active test run was aborted. Reason: Test host process crashed")]
    [InlineData("[xUnit.net 00:00:01.50]     [Test Class Cleanup Failure (Mail.Tests)] System.IO.IOException")]
    public void TroubleBesideAnUnsteadyTest_FailsTheRun(string trouble)
    {
        var whole = Results(("Mail.Tests.One", Failed), ("Mail.Tests.Two", Passed));
        _folder.Write("results.trx", whole.Replace(FailureOfRun, trouble, StringComparison.Ordinal));
        _folder.Write("call-1", Results(("Mail.Tests.One", Passed)));
        var run = Judge(1);
        AssertEnd(1, "\n2 passed, 0 failed\n", run);
        Assert.Contains("run.sh: " + trouble, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyFailures_AreNotCalledUnsteady()
    {
        var bad = Enumerable.Range(0, 26).Select(n => ($"Mail.Tests.Bad{n}", Failed));
        _folder.Write("results.trx", Results([("Mail.Tests.Good", Passed), .. bad]));
        AssertEnd(1, "\n1 passed, 26 failed\n", Judge(1));
        Assert.Equal("", Filters);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void RunWithoutResults_HasFailed(int status) => AssertEnd(1, "0 passed, 0 failed\n", Judge(status));

    [Fact]
    public void StatusThatNoTestExplains_FailsTheRun()
    {
        _folder.Write("results.trx", Results(("Mail.Tests.One", Passed)));
        AssertEnd(1, "run.sh: dotnet test ended with status 1\n1 passed, 0 failed\n", Judge(1));
    }

    public void Dispose() => _folder.Dispose();

    private string Filters => File.Exists(_folder.PathTo("filters")) ? File.ReadAllText(_folder.PathTo("filters")) : "";

    private ToolRun Judge(int status) => ToolRun.Of(
        "env", $"PATH={_folder.PathTo("bin")}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1", "/usr/bin/python3",
        Repository.PathTo("MailResponder.Tests", "verdict.py"), $"{status}", _folder.Path,
        "dotnet", "test", "x.csproj");

    private static void AssertEnd(int exitCode, string end, ToolRun run)
    {
        Assert.EndsWith(end, run.Output, StringComparison.Ordinal);
        Assert.Equal(exitCode, run.ExitCode);
    }

    /// <summary>Returns results as `dotnet test` writes them, as far as they are read.</summary>
    private static string Results(params (string Name, string Outcome)[] tests)
    {
        var results = tests.Select((test, id) =>
            $"<UnitTestResult testId=\"{id}\" testName=\"{SecurityElement.Escape(test.Name)}\" duration=\"00:00:01\" " +
            $"outcome=\"{test.Outcome}\">{(test.Outcome == Failed ? Failure : "")}</UnitTestResult>");
        var definitions = tests.Select((test, id) =>
            $"<UnitTest id=\"{id}\"><TestMethod className=\"Mail.Tests\" name=\"{MethodOf(test.Name)}\" /></UnitTest>");
        var errors = tests.Where(test => test.Outcome == Failed).Take(1).Select(_ =>
            $"<RunInfos><RunInfo outcome=\"Error\"><Text>{FailureOfRun}</Text></RunInfo></RunInfos>");
        return $"""
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
            <Results>{string.Concat(results)}</Results>
            <TestDefinitions>{string.Concat(definitions)}</TestDefinitions>
            <ResultSummary>{string.Concat(errors)}</ResultSummary>
            </TestRun>
            """;
    }

    private static string MethodOf(string name) => name.Split('(')[0].Split('.')[^1];
}
