using System.Diagnostics;
using System.Net.Sockets;
using MailResponder.Files;

namespace MailResponder.Tests.Files;

/// <summary>Anything that is not a regular file is reported at once, and never opened.</summary>
public sealed class RegularFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void File_IsRead()
    {
        var path = _folder.Write("file", "text");
        Assert.True(RegularFile.Exists(path));
        Assert.Equal("text"u8.ToArray(), RegularFile.ReadAllBytes(path));
        using var stream = RegularFile.Open(path);
        Assert.Equal(4, stream.Length);
    }

    [Fact]
    public void LinkToAFile_IsOne()
    {
        File.CreateSymbolicLink(_folder.PathTo("link"), _folder.Write("file", "text"));
        Assert.True(RegularFile.Exists(_folder.PathTo("link")));
        Assert.Equal("text"u8.ToArray(), RegularFile.ReadAllBytes(_folder.PathTo("link")));
    }

    [Fact]
    public void Pipe_IsNone()
    {
        using (var mkfifo = Process.Start("mkfifo", [_folder.PathTo("pipe")])) mkfifo.WaitForExit();
        AssertNone(_folder.PathTo("pipe"), "is a pipe, not a file");
    }

    [Fact]
    public void Socket_IsNone()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.PathTo("socket")));
        AssertNone(_folder.PathTo("socket"), "is a socket, not a file");
    }

    [Fact]
    public void Folder_IsNone() => AssertNone(_folder.Path, "is a folder, not a file");

    [Fact]
    public void Device_IsNone() => AssertNone("/dev/zero", "is a device, not a file");

    [Fact]
    public void WhatIsNotThere_IsSaidToBeMissing()
    {
        Assert.False(RegularFile.Exists(_folder.PathTo("none")));
        Assert.Equal("does not exist",
            FileTrouble.Describe(Assert.Throws<FileNotFoundException>(
            () => RegularFile.ReadAllBytes(_folder.PathTo("none")))));
    }

    [Fact]
    public void LinksInACircle_AreNamed()
    {
        File.CreateSymbolicLink(_folder.PathTo("one"), _folder.PathTo("other"));
        File.CreateSymbolicLink(_folder.PathTo("other"), _folder.PathTo("one"));
        Assert.Equal("symbolic links lead in a circle; see: ls -l, and correct one of them",
            FileTrouble.Describe(Assert.ThrowsAny<IOException>(
                () => RegularFile.ReadAllBytes(_folder.PathTo("one")))));
    }

    [Fact]
    public void NameThatIsTooLong_IsNamed() =>
        Assert.Equal("the name is too long; each part of a path may have 255 bytes, and the whole path 4095",
            FileTrouble.Describe(Assert.ThrowsAny<IOException>(
                () => RegularFile.ReadAllBytes(_folder.PathTo(new string('x', 256))))));

    public void Dispose() => _folder.Dispose();

    private static void AssertNone(string path, string problem)
    {
        Assert.False(RegularFile.Exists(path));
        Assert.Equal(problem, FileTrouble.Describe(
            Assert.Throws<NotRegularFileException>(() => RegularFile.ReadAllBytes(path))));
        Assert.Equal(problem, FileTrouble.Describe(
            Assert.Throws<NotRegularFileException>(() => RegularFile.Open(path))));
    }
}
