using MailResponder;
using MailResponder.Cli;
using MailResponder.Reporting;

try
{
    return args.Length > 0 && CommandLine.IsCommand(args[0]) ? CommandLine.Run(args) : Filter.Run(args);
}
catch (ResponderException exception)
{
    StandardError.WriteLine("responder: " + exception.Message);
    return ExitCode.OfCommand(exception.Cause);
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    // Most likely standard output is closed or full.
    StandardError.WriteLine("responder: " + exception.Message);
    return ExitCode.InputOutputError;
}
