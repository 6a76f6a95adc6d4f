"""Judges a test run, for run.sh.

usage: verdict.py STATUS FOLDER dotnet test LIBRARY

STATUS is the exit status of the whole run, whose results are in FOLDER/results.trx. Each failed test is run once more,
alone, with the command and a filter. For a case of a theory that a filter cannot name, the whole method is run. If the
test passes then, it counts as passed, and is listed under "unsteady:" with its first failure. If more than
MOST_TRIED_AGAIN tests failed, the cause lies elsewhere, and nothing is run again. The last line is

  N passed, N failed[, N skipped]

Exit status: 0 if at least one test passed, and every failed test passed the second time, else 1.
"""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

SPACE = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
MOST_TRIED_AGAIN = 25


def say(text):
    """Prints a text for people."""
    print("run.sh: " + text, file=sys.stderr, flush=True)


class Results:
    """A trx file. If it is missing, no test was run."""

    def __init__(self, file):
        root = tree.parse(file).getroot() if os.path.exists(file) else tree.Element("none")
        self._methods = {}
        for test in root.iter(SPACE + "UnitTest"):
            method = test.find(SPACE + "TestMethod")
            name = method.get("name").split("(")[0].rsplit(".", 1)[-1]
            self._methods[test.get("id")] = f"{method.get('className')}.{name}"
        results = list(root.iter(SPACE + "UnitTestResult"))
        self.passed = sum(result.get("outcome") == "Passed" for result in results)
        self.failed = [result for result in results if result.get("outcome") == "Failed"]
        self.skipped = len(results) - self.passed - len(self.failed)
        self.trouble = [text for text in self._errors(root) if is_trouble(text)]

    def method_of(self, result):
        """Returns namespace, class and method, which a filter calls FullyQualifiedName."""
        return self._methods[result.get("testId")]

    @staticmethod
    def _errors(root):
        infos = root.iter(SPACE + "RunInfo")
        return [info.findtext(SPACE + "Text") or "" for info in infos if info.get("outcome") == "Error"]


def is_trouble(text):
    """Returns whether an error of the run is more than a failed test: a crash, or a failed clean-up."""
    return not text.startswith("[xUnit.net") or re.search("Cleanup Failure|Catastrophic", text) is not None


def failure(result):
    """Returns the message and the stack trace, both bounded."""
    message = (result.findtext(f".//{SPACE}Message") or "").strip()
    trace = (result.findtext(f".//{SPACE}StackTrace") or "").strip()
    return f"{message[:1500]}\n{trace[:500]}".strip()


def literal(text):
    """Escapes a filter value: https://learn.microsoft.com/dotnet/core/testing/selective-unit-tests, "Syntax"."""
    return re.sub(r"([\\()&|=!~])", r"\\\1", text)


def passes_alone(method, name, folder, command):
    """Runs the test again. If the filter matches nothing, there are no results, and the whole method is run."""
    exact = "FullyQualifiedName=" + literal(method)
    case = [] if name == method or not name.isprintable() else [f"{exact}&DisplayName={literal(name)}"]
    for expression in [*case, exact]:
        again = os.path.join(folder, "again.trx")
        if os.path.exists(again):
            os.remove(again)
        run = subprocess.run([*command, "--filter", expression, "--results-directory", folder,
                              "--logger", "trx;LogFileName=again.trx"],
                             stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
        results = Results(again)
        if results.passed or results.failed:
            return run.returncode == 0 and not results.failed and not results.trouble
    return False


def judge(status, folder, command):
    """Prints the result of the run, and returns the exit status."""
    whole = Results(os.path.join(folder, "results.trx"))
    unsteady, failed = [], []
    for result in whole.failed:
        tried = len(whole.failed) <= MOST_TRIED_AGAIN
        if tried:
            say(f"{result.get('testName')} failed; once more, by itself")
        passes = tried and passes_alone(whole.method_of(result), result.get("testName"), folder, command)
        (unsteady if passes else failed).append(result)

    # Repeated at the end, because of a long log often only the end is kept.
    for result in failed:
        say(f"FAILED {result.get('testName')} [{result.get('duration')}]\n{failure(result)}\n")
    for text in whole.trouble:
        say(text[:1500])
    if status != 0 and not whole.failed:
        say(f"dotnet test ended with status {status}")
    passed = whole.passed + len(unsteady)
    if passed == 0:
        say("no test passed")
    if unsteady:
        print("unsteady:")
        for result in unsteady:
            print(f"  {result.get('testName')}\n    " + failure(result).replace("\n", "\n    "))
    print(f"{passed} passed, {len(failed)} failed" + (f", {whole.skipped} skipped" if whole.skipped else ""))
    good = passed > 0 and not failed and not whole.trouble and (status == 0 or unsteady)
    return 0 if good else 1


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(judge(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
