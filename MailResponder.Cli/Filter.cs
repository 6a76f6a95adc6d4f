using MailResponder.Incoming;
using MailResponder.Reporting;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>
/// The program as Postfix runs it. Postfix defers a message on 75 and bounces it on other codes, to a sender who may
/// be forged: here everything that is not success is 75, with at most one generic line on standard error.
/// </summary>
internal static class Filter
{
    public static int Run(string[] args)
    {
        if (!Console.IsInputRedirected)
            return ExplainTerminal();
        var run = new FilterRun(TimeProvider.System);
        return run.Answer(args);
    }

    private static int ExplainTerminal()
    {
        Console.Error.WriteLine("""
            responder: expects a mail message on standard input, as Postfix's pipe(8) hands it over.
            By hand:    responder --settings samples/settings.json < samples/request.eml
            Look only:  responder --dry-run < message.eml
            Commands:   responder --help
            """);
        return ExitCode.Usage;
    }

    /// <summary>One message, with the watch that ends the process when the deadline passes.</summary>
    private sealed class FilterRun(TimeProvider clock)
    {
        private static readonly TimeSpan DeadlineUntilSettingsAreRead = TimeSpan.FromSeconds(60);
        private readonly Lock _end = new();
        private Deadline _deadline = new(clock, DeadlineUntilSettingsAreRead);
        private MessageLog _log = new(null, null, clock);
        private Responder? _responder;
        private string _queueId = "-";

        public int Answer(string[] args)
        {
            Outcome outcome;
            using var watch = new Timer(_ => GiveUp(), null, DeadlineUntilSettingsAreRead, Timeout.InfiniteTimeSpan);
            try
            {
                var arguments = FilterArguments.Parse(args);
                _log = new MessageLog(null, arguments.LogTo, clock);
                _queueId = QueueId.Of(arguments.Envelope, []);
                var settings = SettingsFile.Load(SettingsPath.Find(arguments.SettingsPath));
                _log = new MessageLog(settings, arguments.DryRun ? LogTarget.Stderr : arguments.LogTo, clock);
                _deadline = new Deadline(clock, TimeSpan.FromSeconds(settings.DeadlineSeconds));
                watch.Change(TimeSpan.FromSeconds(settings.DeadlineSeconds), Timeout.InfiniteTimeSpan);
                using var input = Console.OpenStandardInput();
                using var dryRun = arguments.DryRun ? Console.OpenStandardOutput() : null;
                _responder = new Responder(settings, _deadline, clock, dryRun);
                outcome = _responder.Answer(arguments.Envelope, input);
            }
            catch (ResponderException exception)
            {
                outcome = Outcome.Deferred(exception.Cause, exception.Message);
            }
            catch (Exception exception)
            {
                // Its message may quote the mail; its type and place do not.
                outcome = Outcome.Deferred(Cause.Unexpected, $"{exception.GetType().Name} {Place(exception)}");
            }

            // Kept to the end: from here on the deadline's watch has nothing more to say.
            _end.Enter();
            return Finish(outcome);
        }

        private void GiveUp()
        {
            if (_end.TryEnter())
                Environment.Exit(Finish(Outcome.Deferred(Cause.Deadline, "the deadline has passed")));
        }

        private int Finish(Outcome outcome)
        {
            var (address, queueId) = _responder is { } responder ? (responder.Address, responder.QueueId) : (outcome.Address, _queueId);
            _log.Write(outcome with { Address = address, QueueId = queueId }, _deadline.Elapsed);
            if (outcome.Result != Result.Deferred)
                return ExitCode.Ok;
            StandardError.WriteLine(ExitCode.FilterNotice(outcome.Cause ?? Cause.Unexpected));
            // A person at a terminal need not look into the log; a mail system never gives us one.
            if (!Console.IsErrorRedirected)
                StandardError.WriteLine($"responder: {outcome.Reason}: {outcome.Problem}");
            return ExitCode.TemporaryFailure;
        }

        private static string Place(Exception exception)
        {
            var trace = exception.StackTrace ?? "";
            var end = trace.IndexOf('\n', Math.Min(trace.Length, 200));
            return string.Join(' ', (end < 0 ? trace : trace[..end]).Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
