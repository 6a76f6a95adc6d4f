using MailResponder;
using MailResponder.Cli;

try
{
    return FilterArguments.CommandAt(args) is >= 0 and var at ? CommandLine.Run(args, at) : Filter.Run(args);
}
catch (ResponderException exception)
{
    StandardError.WriteLine("responder: " + exception.Message);
    return ExitCode.OfCommand(exception.Cause);
}
catch (Exception exception) when (FileTrouble.Is(exception))
{
    // Most likely standard output is closed, or its disk is full.
    StandardError.WriteLine("responder: " + exception.Message);
    return ExitCode.InputOutputError;
}
catch (Exception exception)
{
    StandardError.WriteLine("responder: a bug: " + exception);
    return ExitCode.Software;
}
