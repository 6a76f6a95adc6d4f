using System.Text.Json.Serialization;

namespace MailResponder.Statistics;

/// <summary>What became of the account's mails in the last days.</summary>
/// <param name="Days">Length of the span, which ends now.</param>
/// <param name="Deliveries">Mails that SES tried to deliver; all shares are of these.</param>
internal sealed record SesSpan(int Days, long Deliveries, long Bounces, long Complaints, long Rejects)
{
    /// <summary>Shares at which Amazon puts an account under review (Amazon SES, "Sending review process").</summary>
    public const double BounceLimit = 0.05;
    public const double ComplaintLimit = 0.001;

    /// <summary>Four fifths of the limits: from there on they are near.</summary>
    private const double NearBounceLimit = 0.04;
    private const double NearComplaintLimit = 0.0008;

    public double BounceShare => Share(Bounces);

    public double ComplaintShare => Share(Complaints);

    public double RejectShare => Share(Rejects);

    [JsonIgnore]
    public bool HasManyBounces => BounceShare >= NearBounceLimit;

    [JsonIgnore]
    public bool HasManyComplaints => ComplaintShare >= NearComplaintLimit;

    private double Share(long count) => Deliveries == 0 ? 0 : (double)count / Deliveries;
}
