namespace Amazon.SimpleEmail.Model;

/// <summary>The results of the mail that was sent in 15 minutes.</summary>
public class SendDataPoint
{
    /// <summary>The start of the 15 minutes, in UTC.</summary>
    public DateTime? Timestamp { get; set; }

    public long? DeliveryAttempts { get; set; }

    public long? Bounces { get; set; }

    public long? Complaints { get; set; }

    public long? Rejects { get; set; }
}
