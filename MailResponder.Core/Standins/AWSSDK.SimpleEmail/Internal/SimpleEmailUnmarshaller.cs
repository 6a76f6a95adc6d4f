using System.Globalization;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;
using MailResponder.Standins.AwsQuery;

namespace Amazon.SimpleEmail.Internal;

/// <summary>The errors of Amazon SES, and numbers in its answers.</summary>
internal abstract class SimpleEmailUnmarshaller : QueryUnmarshaller
{
    protected sealed override ExceptionOf OfCode(string code) => code switch
    {
        "MessageRejected" => (m, e, t, c, i, s) => new MessageRejectedException(m, e, t, c, i, s),
        "MailFromDomainNotVerifiedException" => (m, e, t, c, i, s) =>
        new MailFromDomainNotVerifiedException(m, e, t, c, i, s),
        "ConfigurationSetDoesNotExist" => (m, e, t, c, i, s) =>
        new ConfigurationSetDoesNotExistException(m, e, t, c, i, s),
        "ConfigurationSetSendingPausedException" =>
            (m, e, t, c, i, s) => new ConfigurationSetSendingPausedException(m, e, t, c, i, s),
        "AccountSendingPausedException" => (m, e, t, c, i, s) => new AccountSendingPausedException(m, e, t, c, i, s),
        _ => (m, e, t, c, i, s) => new AmazonSimpleEmailServiceException(m, e, t, c, i, s),
    };

    protected static double? Number(XmlUnmarshallerContext context) =>
        double.TryParse(
            StringUnmarshaller.Instance.Unmarshall(context), NumberStyles.Float, CultureInfo.InvariantCulture,
            out var number)
            ? number
            : null;
}
