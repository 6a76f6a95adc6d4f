using System.Security.Cryptography;
using MailResponder.Store;

namespace MailResponder.Tests.Store;

/// <summary>An address key in a folder of its own, and new requesters.</summary>
internal sealed class StoreKey : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("key-").FullName;

    public StoreKey()
    {
        AddressKey.Create(File);
        Key = AddressKey.Load(File);
    }

    public string File => Path.Combine(_folder, "address.key");

    public AddressKey Key { get; private set; }

    /// <summary>Puts a new key into the file. <see cref="Key"/> then also holds the earlier one.</summary>
    public void Change() => Key = AddressKey.Change(File, new DateTimeOffset(2026, 11, 24, 16, 0, 0, TimeSpan.Zero));

    public static MessageKey NewMessage() => new(RandomNumberGenerator.GetBytes(32));

    public Requester Somebody() =>
        Key.Requester($"p{RandomNumberGenerator.GetHexString(12, lowercase: true)}@example.net")!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
