using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using MailResponder.Files;

namespace MailResponder.Aws;

/// <summary>
/// Reads AWS credentials from the one file that the settings name, an INI file as `aws configure` writes it.
/// </summary>
internal static class CredentialsFile
{
    /// <exception cref="ResponderException">
    /// The file is missing, open to other users, or has no such profile.
    /// </exception>
    public static AWSCredentials Read(string path, string profileName)
    {
        const string what = "AWS credentials file";
        // SecretFile checks the mode of the file. The SDK reads the file itself, but accepts any mode.
        if (PlainKeys.Of(SecretFile.Read(path, Cause.KeyFile, what), profileName) is { } keys)
            return keys;
        Exception? trouble = null;
        try
        {
            if (new SharedCredentialsFile(path).TryGetProfile(profileName, out var profile))
                return AWSCredentialsFactory.GetAWSCredentials(profile, new SharedCredentialsFile(path));
        }
        catch (Exception exception) when (
            exception is AmazonClientException or InvalidDataException or ArgumentException)
        {
            trouble = exception;
        }

        throw new ResponderException(Cause.KeyFile, $"{what} {path}: has no usable profile [{profileName}]; it needs "
            + "aws_access_key_id and aws_secret_access_key", trouble);
    }
}
