using System.Net;
using Amazon.Runtime;
using MailResponder.Native;

namespace MailResponder.Aws;

/// <summary>
/// A service of AWS. No file is read and nobody is asked before the first call; the connection is kept for the ones
/// after it.
/// </summary>
/// <param name="connection">How it is reached, and by whose right.</param>
/// <param name="connect">Makes the client.</param>
internal abstract class AwsService<TClient, TConfig>(
    AwsConnection connection, Func<AWSCredentials, TConfig, TClient> connect) where TConfig : ClientConfig, new()
{
    private Task<TClient>? _client;

    /// <summary>One call of the service, tried once.</summary>
    /// <param name="budget">How long credentials and answer may take together.</param>
    /// <param name="call">Makes the call.</param>
    /// <exception cref="ResponderException">There are no credentials that can be used.</exception>
    /// <exception cref="Exception">Whatever the call threw.</exception>
    public T Call<T>(TimeSpan budget, Func<TClient, CancellationToken, Task<T>> call)
    {
        // Not disposed: the alarm may be about to ring when the call ends.
        var cancellation = new CancellationTokenSource();
        using var alarm = new Alarm(cancellation.Cancel, budget);
        // The wait has a bound of its own: not all of the SDK looks at the token.
        try
        {
            return Run(cancellation.Token).WaitAsync(cancellation.Token).GetAwaiter().GetResult();
        }
        catch (AmazonServiceException exception) when (exception.StatusCode == HttpStatusCode.Forbidden)
        {
            connection.ForgetRole();
            throw;
        }

        async Task<T> Run(CancellationToken token)
        {
            _client ??= Connect();
            return await call(await _client.ConfigureAwait(false), token).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="Call{T}(TimeSpan, Func{TClient, CancellationToken, Task{T}})"/>
    /// <param name="inWords">Makes the operator's words of what the call threw.</param>
    /// <exception cref="ResponderException">It failed.</exception>
    protected T Call<T>(
        TimeSpan budget, Func<TClient, CancellationToken, Task<T>> call, Func<Exception, ResponderException> inWords)
    {
        try
        {
            return Call(budget, call);
        }
        catch (Exception exception) when (exception is not ResponderException)
        {
            throw inWords(exception);
        }
    }

    private async Task<TClient> Connect()
    {
        var config = new TConfig();
        connection.Configure(config);
        return connect(await connection.Credentials(config).ConfigureAwait(false), config);
    }
}
