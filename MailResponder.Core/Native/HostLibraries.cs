using System.Runtime.InteropServices;

// Libraries are the host's: its loader finds them. .NET would first look for a file beside the program.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
