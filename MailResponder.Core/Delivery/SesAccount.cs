using Amazon.SimpleEmail;
using Amazon.SimpleEmail.Model;
using MailResponder.Aws;

namespace MailResponder.Delivery;

/// <summary>The account through which replies go out. Of what a call throws see <see cref="SesFailure"/>.</summary>
internal sealed class SesAccount(AwsConnection connection)
    : AwsService<AmazonSimpleEmailServiceClient, AmazonSimpleEmailServiceConfig>(
        connection, (credentials, config) => new(credentials, config))
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>What the account may send, and has sent.</summary>
    /// <exception cref="ResponderException">SES cannot be asked, or refuses.</exception>
    public GetSendQuotaResponse Quota() => Ask("ses:GetSendQuota", (client, token) =>
        client.GetSendQuotaAsync(new GetSendQuotaRequest(), token));

    /// <summary>Asks something about the account.</summary>
    /// <param name="action">The operation, as IAM names it ("ses:GetSendQuota").</param>
    /// <param name="call">Makes the call.</param>
    /// <exception cref="ResponderException">SES cannot be asked, or refuses.</exception>
    public T Ask<T>(string action, Func<AmazonSimpleEmailServiceClient, CancellationToken, Task<T>> call) =>
        Call(MaxWait, call, exception =>
            new ResponderException(Cause.Send, SesFailure.Of(exception, action).Problem, exception));
}
