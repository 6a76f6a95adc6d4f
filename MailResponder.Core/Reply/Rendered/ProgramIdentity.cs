namespace MailResponder.Reply.Rendered;

/// <summary>Which build of this library runs: another one may render otherwise.</summary>
/// <remarks>
/// <c>Name</c> is written by the build (MailResponder.Core.csproj), as a hash of the sources, the version and the
/// packages. The id that the compiler gives a module would have to be looked for at run time.
/// </remarks>
internal static partial class ProgramIdentity
{
}
