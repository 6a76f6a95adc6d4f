using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetAccountSendingEnabledResponse : AmazonWebServiceResponse
{
    /// <summary>Whether the account may send in the region. False while its sending is paused.</summary>
    public bool? Enabled { get; set; }
}
