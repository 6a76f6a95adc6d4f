namespace MailResponder.Rendering;

/// <summary>Which build of this library runs: another one may render otherwise.</summary>
internal static class ProgramIdentity
{
    public static readonly byte[] Bytes = typeof(ProgramIdentity).Module.ModuleVersionId.ToByteArray();
}
