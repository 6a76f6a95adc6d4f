namespace MailResponder.Reply.Rendered;

/// <summary>Identifies the build of this library that runs. Another build may render differently.</summary>
/// <remarks>
/// The build (MailResponder.Core.csproj) writes <c>Name</c> as a hash of the sources, the version and the packages. The
/// id that the compiler gives a module would have to be looked up at run time.
/// </remarks>
internal static partial class ProgramIdentity
{
}
