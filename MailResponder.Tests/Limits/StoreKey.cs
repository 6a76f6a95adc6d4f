using System.Security.Cryptography;
using MailResponder.Limits;

namespace MailResponder.Tests.Limits;

/// <summary>An address key in a folder of its own, and people whom nobody has seen before.</summary>
internal sealed class StoreKey : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("key-").FullName;

    public StoreKey()
    {
        AddressKey.Create(File);
        Key = AddressKey.Load(File);
    }

    public string File => Path.Combine(folder, "address.key");

    public AddressKey Key { get; }

    public static byte[] NewMessage() => RandomNumberGenerator.GetBytes(32);

    public Requester Somebody() => Key.Requester($"p{RandomNumberGenerator.GetHexString(12, lowercase: true)}@example.net")!;

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
