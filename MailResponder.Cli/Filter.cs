using System.ComponentModel;
using System.Security.Cryptography;
using MailResponder.Incoming;
using MailResponder.Native;

namespace MailResponder.Cli;

/// <summary>
/// The program as Postfix runs it. Postfix defers a message on exit code 75 and bounces it on other codes, to a sender
/// who may be forged. So every failure exits with 75 and writes at most one generic line to standard error.
/// </summary>
internal static class Filter
{
    public static int Run(string[] args)
    {
        if (!Console.IsInputRedirected)
            return ExplainTerminal();
        try
        {
            return new FilterRun(TimeProvider.System).Answer(args);
        }
        catch (Exception)
        {
            // The report itself failed, perhaps because memory ran out. An exception that escapes here would make
            // Postfix bounce the message.
            StandardError.Write(ExitCode.FilterNotice(Cause.Unexpected));
            return ExitCode.TemporaryFailure;
        }
    }

    private static int ExplainTerminal()
    {
        StandardError.WriteLine("""
            responder: expects a mail message on standard input, as Postfix's pipe(8) passes it.
            By hand:    responder --settings samples/settings.json < samples/request.eml
            Dry run:    responder --dry-run < message.eml
            Commands:   responder --help
            """);
        return ExitCode.Usage;
    }

    /// <summary>Answers one message, and ends the process when the deadline passes.</summary>
    private sealed class FilterRun(TimeProvider clock)
    {
        private static readonly TimeSpan DeadlineUntilSettingsAreRead = TimeSpan.FromSeconds(60);

        /// <summary>
        /// How long the report may take after the deadline has passed. The kernel then kills the process.
        /// </summary>
        private static readonly TimeSpan AfterDeadline = TimeSpan.FromSeconds(15);

        private readonly Lock _end = new();
        private readonly Progress _progress = new();
        private Deadline _deadline = new(clock, DeadlineUntilSettingsAreRead);
        private MessageLog _log = new(null, null, clock);
        private string? _recipient;

        public int Answer(string[] args)
        {
            Outcome outcome;
            try
            {
                using var watch = new Alarm(GiveUp, DeadlineUntilSettingsAreRead);
                var arguments = FilterArguments.Parse(args);
                _log = new MessageLog(null, arguments.LogTo, clock);
                _progress.QueueId = QueueId.Of(arguments.Envelope, []);
                _recipient = arguments.Envelope.Recipient;
                var settings = SettingsPath.LoadForService(arguments.SettingsPath);
                _log = new MessageLog(settings, arguments.DryRun ? LogTarget.Stderr : arguments.LogTo, clock);
                _deadline = new Deadline(clock, TimeSpan.FromSeconds(settings.DeadlineSeconds));
                watch.Set(TimeSpan.FromSeconds(settings.DeadlineSeconds));
                Alarm.EndProcessAfter(TimeSpan.FromSeconds(settings.DeadlineSeconds) + AfterDeadline);
                if (arguments.DryRun)
                    PlainOutput.Set();
                using var input = Console.OpenStandardInput();
                using var dryRun = arguments.DryRun ? Console.OpenStandardOutput() : null;
                outcome = new Responder(settings, _deadline, _progress, clock, dryRun)
                    .Answer(arguments.Envelope, input);
            }
            catch (ResponderException exception)
            {
                outcome = Outcome.Deferred(exception.Cause, exception.Message);
            }
            catch (Exception exception)
            {
                outcome = Outcome.Deferred(Cause.Unexpected, Describe(exception));
            }

            // Never released: from here on, an alarm for the deadline finds the lock held and does nothing.
            _end.Enter();
            return Finish(outcome);
        }

        private void GiveUp()
        {
            if (!_end.TryEnter())
                return;
            Environment.Exit(Finish(_progress.Asked is { } asked
                ? Outcome.Deferred(asked.Cause, $"{asked.Whom}: the deadline has passed before it had answered")
                : Outcome.Deferred(Cause.Deadline, "the deadline has passed")));
        }

        private int Finish(Outcome outcome)
        {
            foreach (var line in NewFolder.Tell())
                _log.Warn(line);
            // A failed probe is not deferred: its sender reads the log, and a retry would be of no use. If the key that
            // verifies a probe cannot be read, a message that looks like a probe is logged as one, but is deferred like
            // any other message.
            var isDeferred = outcome.Result == Result.Deferred;
            var isProbe = _progress.IsProbe ?? (isDeferred && ProbeTag.In(_recipient) is not null);
            _log.Write(outcome with
            {
                Result = isProbe ? Result.Probe : outcome.Result,
                Address = _progress.Address,
                QueueId = _progress.QueueId,
                Receipts = _progress.Receipts,
            }, _deadline.Elapsed);
            if (!isDeferred || _progress.IsProbe == true)
                return ExitCode.Ok;
            StandardError.Write(ExitCode.FilterNotice(outcome.Cause ?? Cause.Unexpected));
            // Spare a person at a terminal the look into the log. A mail system never gives the filter a terminal.
            if (!Console.IsErrorRedirected)
                StandardError.WriteLine($"responder: {outcome.Reason}: {outcome.Problem}");
            return ExitCode.TemporaryFailure;
        }

        /// <summary>
        /// Describes an unexpected exception. Names what the host lacks, if that is the cause. Otherwise gives the
        /// exception's type and place only, because its message may quote the mail.
        /// </summary>
        private static string Describe(Exception exception)
        {
            for (var inner = exception; inner is not null; inner = inner.InnerException)
            {
                // 11 is EAGAIN (no more processes), 12 is ENOMEM.
                if (inner is OutOfMemoryException or Win32Exception { NativeErrorCode: 11 or 12 })
                    return "there is no memory left, or no process can be started; check free, ulimit -a and the "
                        + "limits of Postfix's service";
                if (inner is DllNotFoundException)
                    return "a library of the host cannot be loaded: " + inner.Message.ReplaceLineEndings(" ");
                if (FileTrouble.Is(inner))
                    return $"{FileTrouble.Describe(inner)}; {Place(exception)}";
                if (inner is CryptographicException)
                    return "the host's libcrypto failed; can it get random numbers (getrandom, /dev/urandom)? "
                        + Place(exception);
            }

            return $"{exception.GetType().Name} {Place(exception)}";
        }

        private static string Place(Exception exception)
        {
            var trace = exception.StackTrace ?? "";
            var end = trace.IndexOf('\n', Math.Min(trace.Length, 200));
            return string.Join(' ', (end < 0 ? trace : trace[..end])
                .Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
