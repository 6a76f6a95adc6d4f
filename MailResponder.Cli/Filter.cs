using System.ComponentModel;
using System.Security.Cryptography;
using MailResponder.Files;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Native;
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
        try
        {
            return new FilterRun(TimeProvider.System).Answer(args);
        }
        catch (Exception)
        {
            // The report itself failed, for want of memory perhaps. Nothing may leave here: it would be a bounce.
            StandardError.Write(ExitCode.FilterNotice(Cause.Unexpected));
            return ExitCode.TemporaryFailure;
        }
    }

    private static int ExplainTerminal()
    {
        StandardError.WriteLine("""
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

        /// <summary>For the report, when the deadline has passed.</summary>
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

            // Kept to the end: from here on the deadline's watch has nothing more to say.
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
            // Whoever sent a probe reads the log, and nobody needs it a second time. While the key cannot be read that
            // tells, what may be a probe is logged as one and kept as any message.
            var isDeferred = outcome.Result == Result.Deferred;
            var isProbe = _progress.IsProbe ?? (isDeferred && ProbeTag.In(_recipient) is not null);
            var (address, queueId) = (_progress.Address, _progress.QueueId);
            var result = isProbe ? Result.Probe : outcome.Result;
            _log.Write(outcome with { Result = result, Address = address, QueueId = queueId }, _deadline.Elapsed);
            if (!isDeferred || _progress.IsProbe == true)
                return ExitCode.Ok;
            StandardError.Write(ExitCode.FilterNotice(outcome.Cause ?? Cause.Unexpected));
            // A person at a terminal need not look into the log; a mail system never gives us one.
            if (!Console.IsErrorRedirected)
                StandardError.WriteLine($"responder: {outcome.Reason}: {outcome.Problem}");
            return ExitCode.TemporaryFailure;
        }

        /// <summary>
        /// What the host lacks, where that is it. An exception's message may quote the mail; its type and place do not.
        /// </summary>
        private static string Describe(Exception exception)
        {
            for (var inner = exception; inner is not null; inner = inner.InnerException)
            {
                // EAGAIN and ENOMEM are how libc says it.
                if (inner is OutOfMemoryException or Win32Exception { NativeErrorCode: 11 or 12 })
                    return "there is no memory left, or no process; look at free, ulimit -a and the limits of "
                        + "Postfix's service";
                if (inner is DllNotFoundException)
                    return "a library of the host cannot be loaded: " + inner.Message.ReplaceLineEndings(" ");
                if (FileTrouble.Is(inner))
                    return $"{FileTrouble.Describe(inner)}; {Place(exception)}";
                if (inner is CryptographicException)
                    return "the host's libcrypto failed; does it give random numbers (getrandom, /dev/urandom)? "
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
