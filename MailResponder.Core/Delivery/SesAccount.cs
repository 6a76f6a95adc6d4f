using Amazon.SimpleEmail;
using Amazon.SimpleEmail.Model;
using MailResponder.Aws;

namespace MailResponder.Delivery;

/// <summary>
/// The SES account that replies are sent through. <see cref="SesFailure"/> explains the exceptions of a call.
/// </summary>
internal sealed class SesAccount(AwsConnection connection)
    : AwsService<AmazonSimpleEmailServiceClient, AmazonSimpleEmailServiceConfig>(
        connection, (credentials, config) => new(credentials, config))
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>Returns how much the account may send, and has sent.</summary>
    /// <exception cref="ResponderException">SES cannot be reached, or refuses the call.</exception>
    public GetSendQuotaResponse Quota() => Ask("ses:GetSendQuota", (client, token) =>
        client.GetSendQuotaAsync(new GetSendQuotaRequest(), token));

    /// <summary>Makes a call about the account.</summary>
    /// <param name="action">The operation as IAM names it ("ses:GetSendQuota").</param>
    /// <param name="call">Makes the call.</param>
    /// <exception cref="ResponderException">SES cannot be reached, or refuses the call.</exception>
    public T Ask<T>(string action, Func<AmazonSimpleEmailServiceClient, CancellationToken, Task<T>> call) =>
        Call(MaxWait, call, exception =>
            new ResponderException(Cause.Send, SesFailure.Of(exception, action).Problem, exception));
}
