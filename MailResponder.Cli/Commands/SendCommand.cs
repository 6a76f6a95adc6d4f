using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Reply.Rendered;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Cli;

/// <summary>`responder send`: sends the replies of an address without a request. Charges no quota.</summary>
internal static class SendCommand
{
    public static Command New()
    {
        var to = CommandLine.TextOption(
            "--to", "REQUESTER", "Who gets the replies; - reads the address from standard input", isRequired: true);
        var requested = CommandLine.TextOption("--as", "ADDRESS", "The requested address", isRequired: true);
        var subject = CommandLine.TextOption("--subject", "TEXT", "The subject that the request would have");
        return CommandLine.New("send", "Send the replies that a request would get, for testing and support", result =>
        {
            var requester = new MailboxAddress("", NamedSubject.ReadAddress(result.GetValue(to)!));
            var settings = SettingsPath.LoadForService(result);
            var deadline = new Deadline(TimeProvider.System, TimeSpan.FromSeconds(settings.DeadlineSeconds));
            var progress = new Progress();
            var files = new FolderSource(
                settings, new ColdCache(settings, deadline, progress, ConfigurationCheck.OfPulled(settings)));
            var entries = ConfigCommand.EntriesFor(result.GetValue(requested)!, files.Book(), settings);
            var senders = new Senders(settings, deadline, TimeProvider.System);
            var request = new Request(requester, result.GetValue(subject) ?? "", null, [])
            {
                Authentication = AuthenticationVerdict.Sure(Proof.Full),
            };
            var outcome = new Replier(
                settings, new Renderings(settings, files), senders, deadline, progress, TimeProvider.System)
                .Reply(request, entries, ClaimedMessage.Unrecorded());
            foreach (var receipt in outcome.Receipts)
                Console.Out.WriteLine("sent: " + receipt);
            if (outcome.Problem is not null)
                StandardError.WriteLine("responder: " + outcome.Problem);
            return outcome.Result switch
            {
                Result.Replied => ExitCode.Ok,
                Result.Failed => ExitCode.Unavailable,
                _ => ExitCode.OfCommand(outcome.Cause ?? Cause.Unexpected),
            };
        }, to, requested, subject);
    }
}
