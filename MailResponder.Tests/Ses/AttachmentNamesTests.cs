using System.Text;
using MailResponder.Settings;

namespace MailResponder.Tests.Ses;

/// <summary>Providers refuse certain names, so the requester's domain decides the name of an attachment.</summary>
public class AttachmentNamesTests
{
    [Theory]
    [InlineData("gmail.com", "tool.exe", "tool")]
    [InlineData("googlemail.com", "tool.apk", "tool.ap_")]
    [InlineData("outlook.com", "Tool.EXE", "Tool")]
    [InlineData("hotmail.com", "tool.exe.zip", "tool.exe.zip")]
    [InlineData("gmail.com", ".exe", ".exe")]
    [InlineData("notgmail.com", "tool.exe", "tool.exe")]
    [InlineData("example.net", "tool.apk", "tool.apk")]
    public void Standard_IsThePredecessors(string domain, string shown, string expected) =>
        Assert.Equal(expected, AttachmentRename.NameFor(domain, shown, AttachmentRename.Standard));

    [Fact]
    public void Settings_ReplaceTheStandard()
    {
        AttachmentRename[] names = [new(["example.net"], [new(".zip", ".zi_")])];
        Assert.Equal("tool.zi_", AttachmentRename.NameFor("mail.example.net", "tool.zip", names));
        Assert.Equal("tool.exe", AttachmentRename.NameFor("gmail.com", "tool.exe", names));
    }

    [Theory]
    [InlineData("someone@GMAIL.com", "name=tool.ap_")]
    [InlineData("someone@example.net", "name=tool.apk")]
    public void Reply_CarriesTheNameForItsRequester(string requester, string expected)
    {
        using var ses = new SesDouble();
        using var place = new SesPlace(ses.Url);
        place.ReplyTo(requester, SesPlace.Entry("tool.apk"));
        var text = Encoding.ASCII.GetString(Assert.Single(ses.Accepted).RawMessage);
        Assert.Contains(expected, text.Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
