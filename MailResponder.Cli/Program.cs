using MailResponder;
using MailResponder.Cli;

try
{
    return args.Length > 0 && CommandLine.IsCommand(args[0]) ? CommandLine.Run(args) : Filter.Run(args);
}
catch (ResponderException exception)
{
    Console.Error.WriteLine("responder: " + exception.Message);
    return ExitCode.OfCommand(exception.Cause);
}
catch (Exception exception)
{
    Console.Error.WriteLine("responder: a bug: " + exception);
    return ExitCode.Software;
}
