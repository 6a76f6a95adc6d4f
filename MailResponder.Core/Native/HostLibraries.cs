using System.Runtime.InteropServices;

// Libraries come from the host, and its loader finds them. Otherwise .NET would first look for a file next to the
// program.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
