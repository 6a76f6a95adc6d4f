using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetAccountSendingEnabledResponse : AmazonWebServiceResponse
{
    /// <summary>Whether the account may send in the region; false while it is paused.</summary>
    public bool? Enabled { get; set; }
}
